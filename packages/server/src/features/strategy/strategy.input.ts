import { GraphQLSafeInt } from "graphql-scalars";
import { Field, ID, InputType, Int } from "type-graphql";
import { DatabaseStrategy } from "../plan/plan.type.ts";
import { ComplianceStandard } from "./strategy.type.ts";

@InputType()
export class DatabaseSettingInput {
  @Field(() => String, { description: "A name of `databaseSettingChoices`." }) name!: string;
  @Field(() => String, { description: "A number in the choice's unit, or `on` or `off`." }) value!: string;
}

@InputType()
export class StrategyOverrideInput {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => String, { description: "Why; shown to the customer." }) reason!: string;
}

/** What a customer says of an instance that may decide where its database goes. */
@InputType()
export class StrategyWishesInput {
  @Field(() => [ComplianceStandard], { defaultValue: [] })
  compliance!: (keyof typeof ComplianceStandard)[];

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "Size that the database is expected to reach.",
  })
  expectedDatabaseBytes?: number | null;

  @Field(() => Int, { nullable: true, description: "People who are expected to work in it at once." })
  expectedConcurrentUsers?: number | null;

  @Field(() => [DatabaseSettingInput], {
    defaultValue: [],
    description: "Settings of the database server, which is then the tenant's own.",
  })
  databaseSettings!: DatabaseSettingInput[];

  @Field(() => StrategyOverrideInput, { nullable: true, description: "For platform administrators." })
  strategyOverride?: StrategyOverrideInput | null;
}

@InputType()
export class OverrideTenantStrategyInput {
  @Field(() => ID) tenantId!: string;
  @Field(() => StrategyOverrideInput, { nullable: true, description: "Null takes an override back." })
  override?: StrategyOverrideInput | null;
}
