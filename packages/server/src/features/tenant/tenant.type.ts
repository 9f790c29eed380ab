import { GraphQLDateTime } from "graphql-scalars";
import { Field, Float, Int, ObjectType } from "type-graphql";
import { defineEnum } from "../../graphql/define-enum.ts";
import { Node } from "../../graphql/node.type.ts";
import { PageInfo } from "../../graphql/page-info.type.ts";
import { UserError } from "../../graphql/user-error.type.ts";
import { Operation, OperationKind } from "../operation/operation.type.ts";
import { DatabaseStrategy, Plan } from "../plan/plan.type.ts";
import type { StrategySource } from "../strategy/strategy.presenter.ts";
import { Organization } from "../viewer/viewer.type.ts";

export const TenantState = defineEnum("TenantState", [
  "PENDING",
  "PROVISIONING",
  "RUNNING",
  "STOPPED",
  "DEGRADED",
  "DELETING",
  "FAILED",
]);
export const RunState = defineEnum("RunState", ["RUNNING", "STOPPED"]);
export const ConditionStatus = defineEnum("ConditionStatus", ["TRUE", "FALSE", "UNKNOWN"]);
export const ChangeType = defineEnum("ChangeType", ["ADDED", "MODIFIED", "DELETED"]);
export const SlugProblem = defineEnum("SlugProblem", ["TAKEN", "RESERVED", "INVALID"]);

@ObjectType({ description: "Kubernetes' standard condition." })
export class Condition {
  @Field(() => String) type!: string;
  @Field(() => ConditionStatus) status!: keyof typeof ConditionStatus;
  @Field(() => String) reason!: string;
  @Field(() => String) message!: string;
  @Field(() => GraphQLDateTime) lastTransitionTime!: Date;
  @Field(() => Int) observedGeneration!: number;
}

@ObjectType({ description: "Where the tenant's database lives, and why there." })
export class Placement {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => String, { nullable: true }) pool!: string | null;
  @Field(() => String) reason!: string;

  @Field(() => Float, {
    nullable: true,
    description: "How much room the pool had when it was chosen, 0 to 100; null for a server of its own.",
  })
  score!: number | null;

  @Field(() => [String], { description: "Why this pool, in words." }) reasons!: string[];
}

@ObjectType()
export class Pod {
  @Field(() => String) name!: string;
  @Field(() => String) phase!: string;
  @Field(() => String, { nullable: true }) nodeName!: string | null;
  @Field(() => Boolean) isReady!: boolean;
  @Field(() => Int) restarts!: number;
  @Field(() => GraphQLDateTime, { nullable: true }) startedAt!: Date | null;
}

@ObjectType({ description: "What the cluster shows now, from the server's cache." })
export class PodList {
  @Field(() => [Pod]) items!: Pod[];
  @Field(() => GraphQLDateTime, { nullable: true }) observedAt!: Date | null;
  @Field(() => Boolean) isStale!: boolean;
}

@ObjectType({ description: "Something that can be asked of a tenant, or the reason why it cannot be now." })
export class TenantAction {
  @Field(() => OperationKind) kind!: keyof typeof OperationKind;
  @Field(() => Boolean) isAvailable!: boolean;
  @Field(() => String, { description: "Why it would be refused; empty when it would not." })
  refusal!: string;
}

@ObjectType({ description: "A plan, or the reason why a tenant cannot change to it now." })
export class TenantPlanChoice {
  @Field(() => String) planCode!: string;
  @Field(() => Boolean) isAvailable!: boolean;
  @Field(() => String, { description: "Why it would be refused; empty when it would not." })
  refusal!: string;
}

@ObjectType({ implements: Node, description: "One Odoo with its own namespace, URL and database." })
export class Tenant extends Node {
  /** Not part of the API. */
  uuid!: string;
  /** Not part of the API; what `strategy` is told from. */
  strategySource!: StrategySource;

  @Field(() => String) slug!: string;
  @Field(() => String) name!: string;
  @Field(() => String) url!: string;
  @Field(() => String) adminEmail!: string;
  @Field(() => String) odooVersion!: string;
  @Field(() => String, { description: "Code of the bundle it was made with." }) bundle!: string;
  @Field(() => Plan) plan!: Plan;
  @Field(() => Organization) organization!: Organization;
  @Field(() => TenantState) state!: keyof typeof TenantState;

  @Field(() => String, {
    description: "Why the state is what it is and what to do, in words; empty when all is well.",
  })
  stateMessage!: string;

  @Field(() => RunState) desiredRunState!: keyof typeof RunState;
  @Field(() => [Condition]) conditions!: Condition[];
  @Field(() => Placement, { nullable: true }) placement!: Placement | null;

  @Field(() => Operation, { nullable: true, description: "The operation under way, or else the last one." })
  operation!: Operation | null;

  @Field(() => [Operation], { description: "All that are under way, the oldest first." })
  operationsUnderWay!: Operation[];

  @Field(() => [TenantAction], { description: "What can be asked of it now, by the viewer." })
  actions!: TenantAction[];

  @Field(() => GraphQLDateTime) createdAt!: Date;
  @Field(() => GraphQLDateTime, { nullable: true }) observedAt!: Date | null;
}

@ObjectType()
export class TenantEdge {
  @Field(() => String) cursor!: string;
  @Field(() => Tenant) node!: Tenant;
}

@ObjectType()
export class TenantConnection {
  @Field(() => [TenantEdge]) edges!: TenantEdge[];
  @Field(() => PageInfo) pageInfo!: PageInfo;
}

@ObjectType()
export class SlugAvailability {
  @Field(() => String) slug!: string;
  @Field(() => Boolean) isAvailable!: boolean;
  @Field(() => SlugProblem, { nullable: true }) problem!: keyof typeof SlugProblem | null;

  @Field(() => String, {
    description: "What is wrong with the subdomain, in words; empty when it is free.",
  })
  message!: string;

  @Field(() => String) hostname!: string;
}

@ObjectType()
export class TenantChange {
  @Field(() => ChangeType) type!: keyof typeof ChangeType;
  @Field(() => Tenant) tenant!: Tenant;
}

@ObjectType({
  description:
    "The first message is the snapshot: every tenant as ADDED. Later ones carry what changed since.",
})
export class TenantsUpdate {
  @Field(() => Boolean) isSnapshot!: boolean;
  @Field(() => [TenantChange]) changes!: TenantChange[];
}

@ObjectType()
export class CreateTenantPayload {
  @Field(() => Tenant, { nullable: true }) tenant!: Tenant | null;
  @Field(() => Operation, { nullable: true }) operation!: Operation | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType()
export class OverrideTenantStrategyPayload {
  @Field(() => Tenant, { nullable: true }) tenant!: Tenant | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType()
export class DeleteTenantPayload extends CreateTenantPayload {}

@ObjectType({ description: "What was asked for, or what the caller must mend." })
export class TenantOperationPayload extends CreateTenantPayload {}
