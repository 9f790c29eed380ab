import { Authorized, Ctx, FieldResolver, Query, Resolver } from "type-graphql";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import { getViewer, type RequestContext } from "../../graphql/request-context.ts";
import { Organization, toOrganization, Viewer } from "./viewer.type.ts";

@Resolver(() => Viewer)
export class ViewerResolver {
  @Authorized()
  @Query(() => Viewer)
  viewer(@Ctx() context: RequestContext): Viewer {
    const { userId, email, platformRole } = getViewer(context);
    return {
      id: encodeGlobalId("Viewer", userId),
      email,
      platformRole: platformRole === "admin" ? "ADMIN" : "USER",
    };
  }

  @FieldResolver(() => [Organization], { description: "Those the viewer is a member of." })
  async organizations(@Ctx() context: RequestContext): Promise<Organization[]> {
    const rows = await context.inViewerScope((transaction) =>
      transaction
        .selectFrom("organizations as o")
        .innerJoin("memberships as m", "m.organization_id", "o.id")
        .select(["o.id", "o.name"])
        .where("m.user_id", "=", getViewer(context).userId)
        .orderBy("o.created_at")
        .execute(),
    );
    return rows.map(toOrganization);
  }

  /** For `node(id:)`: nobody but oneself. */
  findViewer(context: RequestContext, uuid: string): Viewer | null {
    return uuid === getViewer(context).userId ? this.viewer(context) : null;
  }

  /** For `node(id:)`. */
  async findOrganization(context: RequestContext, uuid: string): Promise<Organization | null> {
    const row = await context.inViewerScope((transaction) =>
      transaction
        .selectFrom("organizations")
        .select(["id", "name"])
        .where("id", "=", uuid)
        .executeTakeFirst(),
    );
    return row === undefined ? null : toOrganization(row);
  }
}
