import { Arg, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { TenantUrls } from "../../core/tenant-urls.ts";
import { getViewer, type RequestContext } from "../../graphql/request-context.ts";
import { databaseSettingChoices } from "../../strategy/database-settings.ts";
import { OverrideTenantStrategyInput, StrategyWishesInput } from "../strategy/strategy.input.ts";
import { toTenantStrategy } from "../strategy/strategy.presenter.ts";
import { DatabaseSettingChoice, StrategyPreview, TenantStrategy } from "../strategy/strategy.type.ts";
import { decideForInput } from "../strategy/strategy-columns.ts";
import { findWishFaults } from "../strategy/strategy-rules.ts";
import { type OverrideDeps, overrideStrategy } from "./override-strategy.ts";
import { toTenant } from "./tenant.presenter.ts";
import { findTenant } from "./tenant.repository.ts";
import { OverrideTenantStrategyPayload, Tenant } from "./tenant.type.ts";

const findOpenPlan = (transaction: DatabaseTransaction, code: string) =>
  transaction
    .selectFrom("plans")
    .select(["name", "strategy"])
    .where("code", "=", code)
    .where("is_available", "=", true)
    .executeTakeFirst();

/** Where a tenant's database belongs: shown to its owners, overridden by administrators. */
@Resolver(() => Tenant)
export class TenantStrategyResolver {
  constructor(private readonly deps: OverrideDeps & { urls: TenantUrls }) {}

  @Query(() => [DatabaseSettingChoice], {
    description: "The safe list, for instances with a server of their own.",
  })
  databaseSettingChoices(): DatabaseSettingChoice[] {
    return [...databaseSettingChoices];
  }

  @Authorized()
  @Query(() => StrategyPreview, {
    nullable: true,
    description:
      "Decides without creating anything; null for a plan or wishes that `createTenant` would refuse.",
  })
  async strategyPreview(
    @Ctx() context: RequestContext,
    @Arg("planCode", () => String) planCode: string,
    @Arg("wishes", () => StrategyWishesInput) wishes: StrategyWishesInput,
  ): Promise<StrategyPreview | null> {
    if (findWishFaults(wishes, getViewer(context)).length > 0) return null;
    const plan = await context.inViewerScope((transaction) => findOpenPlan(transaction, planCode));
    return plan ? decideForInput(wishes, plan, this.deps.strategyThresholds) : null;
  }

  @FieldResolver(() => TenantStrategy)
  strategy(@Root() tenant: Tenant): TenantStrategy {
    return toTenantStrategy(tenant.strategySource, this.deps.strategyThresholds);
  }

  @Authorized("admin")
  @Mutation(() => OverrideTenantStrategyPayload, {
    description:
      "For administrators. An instance that has its place stays there; its advice tells the difference.",
  })
  async overrideTenantStrategy(
    @Ctx() context: RequestContext,
    @Arg("input", () => OverrideTenantStrategyInput) input: OverrideTenantStrategyInput,
  ): Promise<OverrideTenantStrategyPayload> {
    const result = await overrideStrategy(this.deps, getViewer(context), input);
    if ("faults" in result) return { tenant: null, userErrors: result.faults };
    const row = await context.inViewerScope((transaction) => findTenant(transaction, result.tenantId));
    return { tenant: row ? toTenant(row, this.deps.urls) : null, userErrors: [] };
  }
}
