import { GraphQLDateTime } from "graphql-scalars";
import type { Selectable } from "kysely";
import { Field, ID, Int, ObjectType } from "type-graphql";
import { planSteps } from "../../core/operation-steps.ts";
import type { OperationDetails, OperationEventsTable, OperationsTable } from "../../database/tables.ts";
import { defineEnum } from "../../graphql/define-enum.ts";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import { Node } from "../../graphql/node.type.ts";
import { PageInfo } from "../../graphql/page-info.type.ts";
import { findCancelRefusal, summarize } from "./operation-rules.ts";

export const OperationKind = defineEnum("OperationKind", [
  "CREATE",
  "DELETE",
  "START",
  "STOP",
  "RESTART",
  "RESET_PASSWORD",
  "CHANGE_PLAN",
  "ROTATE_CREDENTIALS",
]);
export const OperationState = defineEnum("OperationState", [
  "PENDING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
]);
export const OperationStepState = defineEnum("OperationStepState", [
  "RUNNING",
  "WAITING",
  "SUCCEEDED",
  "FAILED",
]);
export const OperationStep = defineEnum("OperationStep", [
  "ACCEPTED",
  "PLACEMENT",
  "NAMESPACE",
  "ISOLATION",
  "SECRETS",
  "DATABASE_SERVER",
  "DATABASE",
  "IDENTITY",
  "WORKLOAD",
  "ROUTE",
  "READY",
  "PASSWORD",
  "STOPPED",
  "STOP_WORKLOAD",
  "DROP_DATABASE",
  "DELETE_NAMESPACE",
  "DONE",
]);

@ObjectType({ description: "One line of an operation's timeline." })
export class OperationEvent {
  @Field(() => Int) seq!: number;
  @Field(() => OperationStep) step!: keyof typeof OperationStep;
  @Field(() => OperationStepState) state!: keyof typeof OperationStepState;
  @Field(() => String) message!: string;
  @Field(() => GraphQLDateTime) at!: Date;
}

@ObjectType({ implements: Node, description: "Something that was asked of a tenant, and how far it is." })
export class Operation extends Node {
  /** Not part of the API. */
  uuid!: string;
  requesterId!: string | null;
  /** E-mail of who asked; absent while it was not read. */
  requester?: string | null;

  @Field(() => OperationKind) kind!: keyof typeof OperationKind;
  @Field(() => OperationState) state!: keyof typeof OperationState;
  @Field(() => ID) tenantId!: string;
  @Field(() => String, { nullable: true, description: "Why it failed or was cancelled." })
  error!: string | null;

  @Field(() => String, {
    description: "What is special about it, as in `from Basic to Standard`; may be empty.",
  })
  summary!: string;

  @Field(() => [OperationStep], { description: "The steps it goes through when all is well." })
  plannedSteps!: (keyof typeof OperationStep)[];

  @Field(() => Boolean, { description: "Whether `cancelOperation` would take it back now." })
  canCancel!: boolean;

  @Field(() => String, { description: "Why it cannot be cancelled; empty when it can." })
  cancelRefusal!: string;

  @Field(() => GraphQLDateTime) createdAt!: Date;
  @Field(() => GraphQLDateTime, { nullable: true }) startedAt!: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true }) finishedAt!: Date | null;
}

@ObjectType()
export class OperationEdge {
  @Field(() => String) cursor!: string;
  @Field(() => Operation) node!: Operation;
}

@ObjectType({ description: "What was asked of a tenant, the newest first." })
export class OperationConnection {
  @Field(() => [OperationEdge]) edges!: OperationEdge[];
  @Field(() => PageInfo) pageInfo!: PageInfo;
}

@ObjectType({
  description: "The first message holds the timeline since `afterSeq`, later ones what came since.",
})
export class OperationUpdate {
  @Field(() => Operation) operation!: Operation;
  @Field(() => [OperationEvent]) events!: OperationEvent[];
}

/** An operation's row, also as PostgreSQL's JSON writes it (times as text). */
export type OperationRow = Omit<
  Selectable<OperationsTable>,
  "created_at" | "started_at" | "finished_at" | "irreversible_since" | "last_seq" | "generation" | "details"
> & {
  details: OperationDetails;
  irreversible_since: Date | string | null;
  created_at: Date | string;
  started_at: Date | string | null;
  finished_at: Date | string | null;
};

const toDate = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

/** The API's view of an operation's row. */
export function toOperation(row: OperationRow): Operation {
  const cancelRefusal = findCancelRefusal(row);
  return {
    id: encodeGlobalId("Operation", row.id),
    uuid: row.id,
    requesterId: row.requested_by,
    kind: row.kind,
    state: row.state,
    tenantId: encodeGlobalId("Tenant", row.tenant_id),
    error: row.error,
    summary: summarize(row),
    plannedSteps: planSteps(row.kind, row.details),
    canCancel: cancelRefusal === undefined,
    cancelRefusal: cancelRefusal ?? "",
    createdAt: new Date(row.created_at),
    startedAt: toDate(row.started_at),
    finishedAt: toDate(row.finished_at),
  };
}

/** The API's view of a timeline row. */
export const toOperationEvent = (row: Selectable<OperationEventsTable>): OperationEvent => ({
  seq: row.seq,
  step: row.step,
  state: row.state,
  message: row.message,
  at: row.at,
});
