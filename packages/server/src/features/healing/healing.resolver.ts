import { sql } from "kysely";
import { Arg, Authorized, Ctx, Int, Query, Resolver } from "type-graphql";
import { AppError } from "../../core/errors.ts";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { describeDrift } from "./drift-words.ts";
import { Drift, Orphan } from "./healing.type.ts";

const maxDrift = 200;

/** For platform administrators: what the platform found that is not as it should be. */
@Resolver()
export class HealingResolver {
  @Authorized("admin")
  @Query(() => [Orphan], { description: "Databases, roles, volumes and namespaces that belong to nobody." })
  orphans(@Ctx() context: RequestContext): Promise<Orphan[]> {
    return context.inViewerScope((transaction) =>
      transaction
        .selectFrom("orphans")
        .select(["kind", "place", "name", "reason", "first_seen_at as since", "removable_at as removedAfter"])
        .orderBy("first_seen_at")
        .orderBy("place")
        .orderBy("name")
        .execute(),
    );
  }

  @Authorized("admin")
  @Query(() => [Drift], {
    description:
      "What was changed by hand on database servers: what is still so, then what ended, the newest first.",
  })
  async drift(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int, { defaultValue: 50 }) first: number,
  ): Promise<Drift[]> {
    if (first < 1 || first > maxDrift) {
      throw new AppError("BAD_USER_INPUT", `\`first\` is a number from 1 to ${maxDrift}.`);
    }
    const rows = await context.inViewerScope((transaction) =>
      transaction
        .selectFrom("drift as d")
        .innerJoin("database_servers as s", "s.id", "d.database_server_id")
        .leftJoin("tenants as t", (join) =>
          join.onRef("t.id", "=", "d.tenant_id").on("t.organization_id", "is not", null),
        )
        .select([
          "d.id",
          "d.code",
          "d.subject",
          "s.name as server",
          "t.id as tenantId",
          "t.slug as tenantSlug",
        ])
        .select(["d.found_at as foundAt", "d.ended_at as endedAt"])
        .orderBy(sql`d.ended_at is not null`)
        .orderBy("d.found_at", "desc")
        .limit(first)
        .execute(),
    );
    return rows.map((row) => ({
      ...row,
      id: String(row.id),
      message: describeDrift(row.code),
      tenantId: row.tenantId === null ? null : encodeGlobalId("Tenant", row.tenantId),
    }));
  }
}
