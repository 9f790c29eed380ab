import type { Application } from "@odoo-saas/k8s-core";
import { AppError } from "../../core/errors.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import type { PoolCandidate } from "../../placement/choose-pool.ts";
import { type PlannedPool, planPlacements } from "../../placement/plan-placements.ts";
import type { PoolSize } from "../../placement/pool-size.ts";
import type { PlacementPlan, PlacementPlanArgs, PlannedPlacement } from "./placement-plan.type.ts";
import { findPools, type PoolRow } from "./pool.repository.ts";

export interface PlacementPlannerDeps {
  application: Pick<Application, "versions" | "bundles">;
  poolSize: PoolSize;
  minFreePlaces: number;
}

const maxCount = 500;

/** Where instances would go if they were created now, by the rules of the placement itself. */
export function planPlacement(
  deps: PlacementPlannerDeps,
  context: RequestContext,
  args: PlacementPlanArgs,
): Promise<PlacementPlan> {
  const { count, planCode } = args;
  if (count < 1 || count > maxCount) throw badInput(`\`count\` is a number from 1 to ${maxCount}.`);
  const template = getTemplate(deps.application, args);
  return context.inViewerScope(async (transaction) => {
    const plan = await getPlan(transaction, planCode);
    const nothing = { count, placements: [], newPools: [], dedicatedServers: 0, unplaced: 0 };
    if (plan.strategy === "DEDICATED") return { ...nothing, strategy: "DEDICATED", dedicatedServers: count };
    const rows = await findPools(transaction);
    const { pools, newPools, unplaced } = planPlacements({
      pools: rows.filter(isOpen).map((row) => toCandidate(row, { ...template, ...deps.poolSize })),
      wanted: { connectionLimit: plan.connection_limit },
      count,
      supply: {
        size: deps.poolSize,
        minFreePlaces: deps.minFreePlaces,
        placeConnections: rows[0]?.place_connections ?? plan.connection_limit,
        nextNumber: Math.max(0, ...rows.map(({ name }) => Number(/\d+$/.exec(name)?.[0] ?? 0))) + 1,
      },
    });
    return { ...nothing, strategy: "SHARED", placements: pools.map(toPlacement), newPools, unplaced };
  });
}

const badInput = (message: string) => new AppError("BAD_USER_INPUT", message);

function getTemplate({ versions, bundles }: PlacementPlannerDeps["application"], args: PlacementPlanArgs) {
  const version = args.odooVersion ?? versions[0] ?? "";
  const bundle = args.bundle ?? bundles[0] ?? "";
  if (!versions.includes(version)) throw badInput(`\`odooVersion\` is one of ${versions.join(", ")}.`);
  if (!bundles.includes(bundle)) throw badInput(`\`bundle\` is one of ${bundles.join(", ")}.`);
  return { version, bundle };
}

async function getPlan(transaction: DatabaseTransaction, code: string) {
  const plan = await transaction
    .selectFrom("plans")
    .select(["strategy", "connection_limit"])
    .where("code", "=", code)
    .executeTakeFirst();
  if (plan === undefined) throw badInput("There is no such plan.");
  return plan;
}

/** One that is still being prepared will be open when the instances come. */
const isOpen = ({ state, desired_state, unready_since }: PoolRow) =>
  (state === "ACTIVE" && unready_since === null) || (state === "PREPARING" && desired_state === "ACTIVE");

function toCandidate(
  row: PoolRow,
  { version, bundle, storageBytes }: { version: string; bundle: string; storageBytes: number },
): PoolCandidate {
  return {
    id: row.id,
    name: row.name,
    usedTenants: row.used_tenants,
    maxTenants: row.max_tenants,
    usedConnections: row.used_connections,
    connectionBudget: row.connection_budget,
    storageBytes: row.storage_bytes ?? storageBytes,
    dataBytes: row.measured_bytes,
    load: row.measured_load,
    hasTemplate: row.templates.some(
      (known) => known.version === version && known.bundle === bundle && known.state === "READY",
    ),
  };
}

const toPlacement = ({ pool, isNew, count, score, reasons }: PlannedPool): PlannedPlacement => ({
  pool: pool.name,
  isNew,
  count,
  tenantCountAfter: pool.usedTenants,
  maxTenants: pool.maxTenants,
  connectionsReservedAfter: pool.usedConnections,
  connectionBudget: pool.connectionBudget,
  score,
  reasons,
});
