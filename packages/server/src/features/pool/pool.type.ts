import { GraphQLDateTime, GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import type { PoolStateName, TemplateStateName, TenantStateName } from "../../database/tables.ts";
import { defineEnum } from "../../graphql/define-enum.ts";
import { Node } from "../../graphql/node.type.ts";
import { UserError } from "../../graphql/user-error.type.ts";
import { DatabaseStrategy } from "../plan/plan.type.ts";
import { ChangeType, Condition, TenantState } from "../tenant/tenant.type.ts";

export const PoolState = defineEnum<PoolStateName>("PoolState", [
  "PREPARING",
  "ACTIVE",
  "CORDONED",
  "DRAINING",
  "FAILED",
]);
export const TemplateState = defineEnum<TemplateStateName>("TemplateState", [
  "WAITING",
  "BUILDING",
  "READY",
  "FAILED",
  "OBSOLETE",
]);

@ObjectType({
  description: "A template database: what new databases of a version and bundle are cloned from.",
})
export class PoolTemplate {
  @Field(() => String) name!: string;
  @Field(() => String) odooVersion!: string;
  @Field(() => String) bundle!: string;
  @Field(() => TemplateState) state!: TemplateStateName;

  @Field(() => String, { description: "Why it is not ready and what to do; empty when all is well." })
  message!: string;

  @Field(() => GraphQLDateTime) since!: Date;
}

@ObjectType({ description: "An instance whose database is in the pool." })
export class PoolTenant {
  @Field(() => ID) id!: string;
  @Field(() => String) slug!: string;
  @Field(() => String) name!: string;
  @Field(() => TenantState) state!: TenantStateName;
  @Field(() => String) planCode!: string;
  @Field(() => Int) connectionLimit!: number;
}

@ObjectType({ implements: Node, description: "A shared PostgreSQL server." })
export class Pool extends Node {
  /** Not part of the API. */
  uuid!: string;

  @Field(() => String) name!: string;
  @Field(() => PoolState) state!: PoolStateName;

  @Field(() => String, { description: "What is wrong and what to do; empty when all is well." })
  stateMessage!: string;

  @Field(() => PoolState, { description: "What administrators want of it: ACTIVE, CORDONED or DRAINING." })
  desiredState!: PoolStateName;

  @Field(() => Boolean, { description: "It was asked to go, and does when nobody lives there any more." })
  isBeingRemoved!: boolean;

  @Field(() => Int, { description: "Instances and warm spares in it." }) tenantCount!: number;
  @Field(() => Int, { description: "Warm spares among them." }) spareCount!: number;
  @Field(() => Int) maxTenants!: number;

  @Field(() => Int, {
    description: "More instances of the largest shared plan that fit; 0 while it takes none.",
  })
  freePlaces!: number;

  @Field(() => Int, { description: "Sum of the connection limits of the roles in it." })
  connectionsReserved!: number;

  @Field(() => Int, { description: "What that sum may reach." }) connectionBudget!: number;

  @Field(() => Int, { nullable: true, description: "Sessions, as last measured." })
  connectionsUsed!: number | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: "Size of all databases, as last measured." })
  dataBytes!: number | null;

  @Field(() => GraphQLSafeInt) storageBytes!: number;
  @Field(() => Int) cpuMillicores!: number;
  @Field(() => GraphQLSafeInt) memoryBytes!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      "Busy sessions per core, on average over the last interval; 1 is as much as its cores can do.",
  })
  load!: number | null;

  @Field(() => GraphQLDateTime, { nullable: true }) measuredAt!: Date | null;
  @Field(() => [PoolTemplate]) templates!: PoolTemplate[];
  @Field(() => [Condition]) conditions!: Condition[];
  @Field(() => GraphQLDateTime) createdAt!: Date;
}

@ObjectType()
export class PoolChange {
  @Field(() => ChangeType) type!: keyof typeof ChangeType;
  @Field(() => Pool) pool!: Pool;
}

@ObjectType({
  description: "The first message is the snapshot: every pool as ADDED. Later ones carry what changed since.",
})
export class PoolsUpdate {
  @Field(() => Boolean) isSnapshot!: boolean;
  @Field(() => [PoolChange]) changes!: PoolChange[];
}

@ObjectType()
export class PoolPayload {
  @Field(() => Pool, { nullable: true }) pool!: Pool | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType({
  description: "How many instances live on servers of one strategy, and how much those are used.",
})
export class StrategyUsage {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => Int, { description: "Without warm spares." }) tenantCount!: number;
  @Field(() => Int) spareCount!: number;
  @Field(() => Int) serverCount!: number;
  @Field(() => Int, { description: "Instances that all these servers may hold." }) maxTenants!: number;
  @Field(() => Int) connectionsReserved!: number;
  @Field(() => Int, { description: "Of pools; servers of one instance have none." })
  connectionBudget!: number;
  @Field(() => Int, { description: "Where it was measured." }) connectionsUsed!: number;
  @Field(() => GraphQLSafeInt, { description: "Where it was measured." }) dataBytes!: number;
  @Field(() => GraphQLSafeInt) storageBytes!: number;

  @Field(() => Float, { nullable: true, description: "On average, where it was measured." })
  load!: number | null;
}
