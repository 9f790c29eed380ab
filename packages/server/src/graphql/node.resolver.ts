import { Arg, Authorized, Ctx, ID, Query, Resolver } from "type-graphql";
import { decodeGlobalId, type NodeType } from "./global-id.ts";
import { Node } from "./node.type.ts";
import type { RequestContext } from "./request-context.ts";

/** Finds an object of one type as the viewer may see it. */
export type NodeFinder = (context: RequestContext, uuid: string) => Promise<Node | null>;

@Resolver()
export class NodeResolver {
  constructor(private readonly finders: Record<NodeType, NodeFinder>) {}

  @Authorized()
  @Query(() => Node, { nullable: true })
  async node(@Ctx() context: RequestContext, @Arg("id", () => ID) id: string): Promise<Node | null> {
    const decoded = decodeGlobalId(id);
    return decoded === undefined ? null : this.finders[decoded.type](context, decoded.uuid);
  }
}
