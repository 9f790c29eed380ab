import { GraphQLDateTime, GraphQLSafeInt } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";
import { defineEnum } from "../../graphql/define-enum.ts";
import { DatabaseStrategy } from "../plan/plan.type.ts";

export const StrategyRule = defineEnum("StrategyRule", [
  "MANUAL_OVERRIDE",
  "COMPLIANCE",
  "PERFORMANCE",
  "DATA_VOLUME",
  "DATABASE_SETTINGS",
  "PLAN",
]);
export const ComplianceStandard = defineEnum("ComplianceStandard", ["HIPAA", "SOX", "PCI_DSS"]);
export const DatabaseSettingKind = defineEnum("DatabaseSettingKind", ["INTEGER", "NUMBER", "SWITCH"]);

@ObjectType({ description: "A PostgreSQL setting that was chosen; its value counts in the choice's unit." })
export class DatabaseSetting {
  @Field(() => String) name!: string;
  @Field(() => String) value!: string;
}

@ObjectType({ description: "A PostgreSQL setting that may be chosen for a server of one's own." })
export class DatabaseSettingChoice {
  @Field(() => String) name!: string;
  @Field(() => DatabaseSettingKind, { description: "A SWITCH is `on` or `off`." })
  kind!: keyof typeof DatabaseSettingKind;
  @Field(() => String, { description: "MB, ms or s; empty when it counts nothing." }) unit!: string;
  @Field(() => Number) min!: number;
  @Field(() => Number) max!: number;
  @Field(() => String) description!: string;
}

@ObjectType({ description: "What an administrator wants, whatever the other rules say." })
export class StrategyOverride {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => String) reason!: string;

  @Field(() => String, {
    nullable: true,
    description: "The administrator's e-mail, for administrators; null for others.",
  })
  by!: string | null;

  @Field(() => GraphQLDateTime) at!: Date;
}

@ObjectType({ description: "Today's rules would put the database elsewhere." })
export class StrategyAdvice {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => StrategyRule) rule!: keyof typeof StrategyRule;
  @Field(() => String) reason!: string;
  @Field(() => String, { description: "What that means for now, in words." }) message!: string;
}

@ObjectType({ description: "What would be decided for an instance like this." })
export class StrategyPreview {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => StrategyRule) rule!: keyof typeof StrategyRule;
  @Field(() => String) reason!: string;
}

@ObjectType({ description: "Where a tenant's database belongs, and why; decided when it was created." })
export class TenantStrategy {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => StrategyRule) rule!: keyof typeof StrategyRule;
  @Field(() => String, { description: "In words, as in “Dedicated, because HIPAA was asked for.”" })
  reason!: string;
  @Field(() => GraphQLDateTime) decidedAt!: Date;
  @Field(() => StrategyOverride, { nullable: true }) override!: StrategyOverride | null;

  @Field(() => StrategyAdvice, {
    nullable: true,
    description: "Null while the database is where it belongs.",
  })
  advice!: StrategyAdvice | null;

  @Field(() => [ComplianceStandard]) compliance!: (keyof typeof ComplianceStandard)[];
  @Field(() => GraphQLSafeInt, { nullable: true }) expectedDatabaseBytes!: number | null;
  @Field(() => Int, { nullable: true }) expectedConcurrentUsers!: number | null;
  @Field(() => [DatabaseSetting]) databaseSettings!: DatabaseSetting[];
}
