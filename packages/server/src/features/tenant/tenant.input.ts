import { ArgsType, Field, ID, InputType, Int } from "type-graphql";
import { defineEnum } from "../../graphql/define-enum.ts";
import { StrategyWishesInput } from "../strategy/strategy.input.ts";
import { TenantState } from "./tenant.type.ts";

export const TenantOrderField = defineEnum("TenantOrderField", ["SLUG", "CREATED_AT", "STATE", "PLAN"]);
export const OrderDirection = defineEnum("OrderDirection", ["ASC", "DESC"]);

@InputType()
export class TenantFilter {
  @Field(() => String, {
    nullable: true,
    description: "Part of the subdomain, name or administrator's e-mail.",
  })
  search?: string | null;

  @Field(() => [TenantState], { nullable: true }) states?: (keyof typeof TenantState)[] | null;
  @Field(() => [String], { nullable: true }) planCodes?: string[] | null;
  @Field(() => ID, { nullable: true }) organizationId?: string | null;
}

@InputType()
export class TenantOrder {
  @Field(() => TenantOrderField, { defaultValue: "CREATED_AT" }) field!: keyof typeof TenantOrderField;
  @Field(() => OrderDirection, { defaultValue: "DESC" }) direction!: keyof typeof OrderDirection;
}

@ArgsType()
export class TenantListArgs {
  @Field(() => Int, { defaultValue: 25 }) first!: number;
  @Field(() => String, { nullable: true }) after?: string | null;
  @Field(() => TenantFilter, { nullable: true }) filter?: TenantFilter | null;
  @Field(() => TenantOrder, { nullable: true }) orderBy?: TenantOrder | null;
}

@InputType()
export class CreateTenantInput extends StrategyWishesInput {
  @Field(() => String) slug!: string;

  @Field(() => String, { nullable: true, description: "Display name; the subdomain when absent." })
  name?: string | null;

  @Field(() => String) adminEmail!: string;
  @Field(() => String) adminPassword!: string;
  @Field(() => String, { defaultValue: "basic" }) planCode!: string;
  @Field(() => String, { defaultValue: "19" }) odooVersion!: string;

  @Field(() => String, { nullable: true, description: "Code of a bundle; the first one when absent." })
  bundle?: string | null;

  @Field(() => ID, { nullable: true, description: "The viewer's personal organization when absent." })
  organizationId?: string | null;

  @Field(() => String, { nullable: true }) idempotencyKey?: string | null;
}

@InputType()
export class DeleteTenantInput {
  @Field(() => ID) tenantId!: string;
  @Field(() => String, { description: "The tenant's subdomain, typed again." }) confirmation!: string;
  @Field(() => String, { nullable: true }) idempotencyKey?: string | null;
}
