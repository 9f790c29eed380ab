import { GraphQLDateTime } from "graphql-scalars";
import { ArgsType, Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { defineEnum } from "../../graphql/define-enum.ts";
import { Node } from "../../graphql/node.type.ts";
import { UserError } from "../../graphql/user-error.type.ts";

export const IsolationVerdict = defineEnum("IsolationVerdict", [
  "PROVEN",
  "BROKEN",
  "NOT_ENFORCED",
  "UNKNOWN",
]);
export const IsolationGroup = defineEnum("IsolationGroup", ["NETWORK", "DATABASE", "KUBERNETES"]);
export const IsolationStep = defineEnum("IsolationStep", ["QUEUED", "CANARY", "NETWORK", "DATABASE", "DONE"]);
export const IsolationTrigger = defineEnum("IsolationTrigger", ["ON_DEMAND", "SCHEDULE"]);

@ObjectType({
  description:
    "One claim that was put to the test. PROVEN: it held, and the same target answered where it must. NOT_ENFORCED: the " +
    "cluster has no engine for network policies. UNKNOWN: it could not be tried, or nothing answered anywhere.",
})
export class IsolationProbe {
  @Field(() => String, { description: "Names the claim, the same in every report." }) key!: string;
  @Field(() => IsolationGroup) group!: keyof typeof IsolationGroup;
  @Field(() => String) claim!: string;
  @Field(() => String) how!: string;
  @Field(() => IsolationVerdict) verdict!: keyof typeof IsolationVerdict;
  @Field(() => String) evidence!: string;
  @Field(() => String, { nullable: true, description: "What to do." }) remedy!: string | null;
  @Field(() => GraphQLDateTime) at!: Date;
}

@ObjectType()
export class IsolationCounts {
  @Field(() => Int) proven!: number;
  @Field(() => Int) broken!: number;
  @Field(() => Int) notEnforced!: number;
  @Field(() => Int) unknown!: number;
}

@ObjectType({ implements: Node, description: "What was tried against a tenant's isolation." })
export class IsolationReport extends Node {
  @Field(() => ID) tenantId!: string;
  @Field(() => IsolationTrigger) trigger!: keyof typeof IsolationTrigger;
  @Field(() => IsolationStep) step!: keyof typeof IsolationStep;

  @Field(() => IsolationVerdict, { nullable: true, description: "That of the worst claim; null until DONE." })
  verdict!: keyof typeof IsolationVerdict | null;

  @Field(() => IsolationCounts) counts!: IsolationCounts;

  @Field(() => [IsolationProbe], {
    description: "Neighbours have no names here, unless a platform administrator asks.",
  })
  probes!: IsolationProbe[];

  @Field(() => GraphQLDateTime) requestedAt!: Date;
  @Field(() => GraphQLDateTime, { nullable: true }) startedAt!: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true }) finishedAt!: Date | null;
}

@ObjectType({ description: "A tenant's newest report, and the one that is being made." })
export class TenantIsolation {
  @Field(() => ID) tenantId!: string;
  @Field(() => String) tenantName!: string;
  @Field(() => String) tenantSlug!: string;
  @Field(() => IsolationReport, { nullable: true }) last!: IsolationReport | null;
  @Field(() => IsolationReport, { nullable: true }) underWay!: IsolationReport | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: "When the viewer may run it again; null: now.",
  })
  nextRunAt!: Date | null;
}

@ObjectType()
export class FleetIsolationEntry {
  @Field(() => ID) tenantId!: string;
  @Field(() => String) tenantName!: string;
  @Field(() => String) tenantSlug!: string;
  @Field(() => IsolationVerdict, { nullable: true, description: "Null: never examined." })
  verdict!: keyof typeof IsolationVerdict | null;
  @Field(() => IsolationCounts) counts!: IsolationCounts;
  @Field(() => [String], { description: "The claims that are not proven, worst first." }) faults!: string[];
  @Field(() => Boolean) isUnderWay!: boolean;
  @Field(() => GraphQLDateTime, { nullable: true }) finishedAt!: Date | null;
}

@ObjectType({ description: "The isolation of all tenants, worst first." })
export class FleetIsolation {
  @Field(() => IsolationCounts, { description: "Tenants by the verdict of their newest report." })
  counts!: IsolationCounts;
  @Field(() => Int) neverExamined!: number;
  @Field(() => [FleetIsolationEntry]) entries!: FleetIsolationEntry[];
  @Field(() => String, { nullable: true, description: "Give it as `after` for more; null: that was all." })
  endCursor!: string | null;
}

@ArgsType()
export class FleetIsolationArgs {
  @Field(() => Int, { defaultValue: 50 }) first!: number;
  @Field(() => String, { nullable: true }) after?: string | null;
}

@InputType()
export class RunIsolationReportInput {
  @Field(() => ID) tenantId!: string;
  @Field(() => String, { nullable: true }) idempotencyKey?: string | null;
}

@ObjectType()
export class RunIsolationReportPayload {
  @Field(() => IsolationReport, { nullable: true }) report!: IsolationReport | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}
