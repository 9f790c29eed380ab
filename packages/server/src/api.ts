import "reflect-metadata";
import type { Application } from "@odoo-saas/k8s-core";
import type { GraphQLSchema } from "graphql";
import type { AuthServer, TokenVerifier } from "./core/authentication.ts";
import type { Clock } from "./core/clock.ts";
import type { Log } from "./core/log.ts";
import type { ChangeBus, ClusterView, Database, ReconcileQueue } from "./core/ports.ts";
import type { SpareTarget } from "./core/spares.ts";
import type { TenantUrls } from "./core/tenant-urls.ts";
import { BundleResolver } from "./features/bundle/bundle.resolver.ts";
import { HealingResolver } from "./features/healing/healing.resolver.ts";
import { IsolationReportResolver } from "./features/isolation-report/isolation-report.resolver.ts";
import { IsolationReportService } from "./features/isolation-report/isolation-report.service.ts";
import { OperationResolver } from "./features/operation/operation.resolver.ts";
import { PlanResolver } from "./features/plan/plan.resolver.ts";
import { PoolResolver } from "./features/pool/pool.resolver.ts";
import { PoolService } from "./features/pool/pool.service.ts";
import { SessionResolver } from "./features/session/session.resolver.ts";
import { SessionService } from "./features/session/session.service.ts";
import { SpareResolver } from "./features/spare/spare.resolver.ts";
import { KeyedLock } from "./features/tenant/keyed-lock.ts";
import { LifecycleResolver } from "./features/tenant/lifecycle/lifecycle.resolver.ts";
import { TenantConnectionResolver, TenantResolver } from "./features/tenant/tenant.resolver.ts";
import { TenantService } from "./features/tenant/tenant.service.ts";
import { TenantSubscriptions } from "./features/tenant/tenant.subscription.ts";
import { TenantStrategyResolver } from "./features/tenant/tenant-strategy.resolver.ts";
import { ViewerResolver } from "./features/viewer/viewer.resolver.ts";
import { NodeResolver } from "./graphql/node.resolver.ts";
import { makeSchema } from "./graphql/schema.ts";
import type { PoolSize } from "./placement/pool-size.ts";
import type { StrategyThresholds } from "./strategy/decide-strategy.ts";

/** What further pools are like, and when they are made. */
export interface PoolDeps {
  size: PoolSize;
  minFreePlaces: number;
}

/** What the API stands on. */
export interface ApiDeps {
  /** Connects as the role under row-level security. */
  database: Database;
  changes: ChangeBus;
  queue: ReconcileQueue;
  cluster: ClusterView;
  application: Pick<Application, "versions" | "bundles" | "describeBundle" | "imageOf" | "hashPassword">;
  verifier: TokenVerifier;
  authServer: AuthServer;
  urls: TenantUrls;
  strategyThresholds: StrategyThresholds;
  idempotencySecret: string;
  /** Warm spares that are to be kept ready. */
  spares: SpareTarget[];
  pools: PoolDeps;
  /** How often a customer may run a tenant's isolation report. */
  reportsPerHour: number;
  log: Log;
  clock?: Clock;
  sessionCheckEveryMs?: number;
}

/** Wires the features into a schema that answers. */
export function makeApi(deps: ApiDeps): { schema: GraphQLSchema; sessions: SessionService } {
  const sessions = new SessionService({
    ...deps,
    ...(deps.sessionCheckEveryMs !== undefined && { checkEveryMs: deps.sessionCheckEveryMs }),
  });
  const tenantDeps = { ...deps, slugLock: new KeyedLock() };
  const tenants = new TenantService(tenantDeps);
  const viewer = new ViewerResolver();
  const plans = new PlanResolver(deps.database);
  const operations = new OperationResolver();
  const poolSize = deps.pools.size;
  const pools = new PoolService({ ...deps, poolSize });
  const isolationReports = new IsolationReportService(deps);
  const node = new NodeResolver({
    Viewer: async (context, uuid) => viewer.findViewer(context, uuid),
    Organization: (context, uuid) => viewer.findOrganization(context, uuid),
    Plan: (_context, uuid) => plans.find(uuid),
    Tenant: (context, uuid) => tenants.find(context, uuid),
    Operation: (context, uuid) => operations.find(context, uuid),
    Pool: (context, uuid) => pools.find(context, uuid),
    IsolationReport: (context, uuid) => isolationReports.find(context, uuid),
  });
  const schema = makeSchema([
    node,
    viewer,
    plans,
    new BundleResolver(deps.application),
    operations,
    new TenantResolver(tenants),
    new TenantConnectionResolver(tenants),
    new TenantSubscriptions(deps.urls),
    new LifecycleResolver(tenantDeps),
    new TenantStrategyResolver(deps),
    new SessionResolver(sessions),
    new HealingResolver(),
    new SpareResolver(deps),
    new PoolResolver(pools, { ...deps.pools, application: deps.application, poolSize }),
    new IsolationReportResolver(isolationReports),
  ]);
  return { schema, sessions };
}
