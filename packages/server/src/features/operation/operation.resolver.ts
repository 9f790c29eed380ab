import {
  Arg,
  Authorized,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Query,
  Resolver,
  Root,
  Subscription,
} from "type-graphql";
import { decodeIdOf } from "../../graphql/global-id.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { watchOperation } from "./operation.live.ts";
import { findOperation, findRequester, readEvents } from "./operation.repository.ts";
import {
  Operation,
  OperationEvent,
  OperationUpdate,
  toOperation,
  toOperationEvent,
} from "./operation.type.ts";

@Resolver(() => Operation)
export class OperationResolver {
  @Authorized()
  @Query(() => Operation, { nullable: true })
  operation(@Ctx() context: RequestContext, @Arg("id", () => ID) id: string): Promise<Operation | null> {
    return this.find(context, decodeIdOf("Operation", id));
  }

  @FieldResolver(() => [OperationEvent])
  async events(
    @Ctx() context: RequestContext,
    @Root() operation: Operation,
    @Arg("afterSeq", () => Int, { defaultValue: 0 }) afterSeq: number,
  ): Promise<OperationEvent[]> {
    const rows = await context.inViewerScope((transaction) =>
      readEvents(transaction, operation.uuid, afterSeq),
    );
    return rows.map(toOperationEvent);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "E-mail of who asked; null for the platform and for people the viewer does not know.",
  })
  async requestedBy(@Ctx() context: RequestContext, @Root() operation: Operation): Promise<string | null> {
    const { requester, requesterId } = operation;
    if (requester !== undefined || requesterId === null) return requester ?? null;
    return context.inViewerScope((transaction) => findRequester(transaction, requesterId));
  }

  @Authorized()
  @Subscription(() => OperationUpdate, {
    description: "An operation's timeline, live; ends when the operation has.",
    subscribe: ({ context, args }) => watchOperation(context, args),
  })
  operationTimeline(
    @Root() update: OperationUpdate,
    @Arg("id", () => ID) _id: string,
    @Arg("afterSeq", () => Int, { defaultValue: 0 }) _afterSeq: number,
  ): OperationUpdate {
    return update;
  }

  /** For `node(id:)` and the query. */
  async find(context: RequestContext, uuid: string | undefined): Promise<Operation | null> {
    if (uuid === undefined) return null;
    const row = await context.inViewerScope((transaction) => findOperation(transaction, uuid));
    return row === undefined ? null : toOperation(row);
  }
}
