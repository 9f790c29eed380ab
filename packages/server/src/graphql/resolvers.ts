import { BundleResolver } from "../features/bundle/bundle.resolver.ts";
import { HealingResolver } from "../features/healing/healing.resolver.ts";
import { IsolationReportResolver } from "../features/isolation-report/isolation-report.resolver.ts";
import { OperationResolver } from "../features/operation/operation.resolver.ts";
import { PlanResolver } from "../features/plan/plan.resolver.ts";
import { PoolResolver } from "../features/pool/pool.resolver.ts";
import { SessionResolver } from "../features/session/session.resolver.ts";
import { SpareResolver } from "../features/spare/spare.resolver.ts";
import { LifecycleResolver } from "../features/tenant/lifecycle/lifecycle.resolver.ts";
import { TenantConnectionResolver, TenantResolver } from "../features/tenant/tenant.resolver.ts";
import { TenantSubscriptions } from "../features/tenant/tenant.subscription.ts";
import { TenantStrategyResolver } from "../features/tenant/tenant-strategy.resolver.ts";
import { ViewerResolver } from "../features/viewer/viewer.resolver.ts";
import { NodeResolver } from "./node.resolver.ts";

/** Every resolver class of the API; a new feature's is added here. */
export const resolverClasses = [
  NodeResolver,
  ViewerResolver,
  PlanResolver,
  BundleResolver,
  TenantResolver,
  TenantConnectionResolver,
  TenantSubscriptions,
  LifecycleResolver,
  TenantStrategyResolver,
  OperationResolver,
  SessionResolver,
  SpareResolver,
  PoolResolver,
  IsolationReportResolver,
  HealingResolver,
] as const;
