import { AppError } from "../../core/errors.ts";
import type { ChangeBus, DatabaseTransaction, ReconcileQueue } from "../../core/ports.ts";
import {
  buildKeyedCall,
  IdempotencyKeyReusedError,
  rememberOrReplay,
  replaceRemembered,
} from "../../database/idempotency.ts";
import type { DesiredPoolStateName } from "../../database/tables.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import { getViewer, type RequestContext } from "../../graphql/request-context.ts";
import { addPool } from "../../placement/add-pool.ts";
import type { PoolSize } from "../../placement/pool-size.ts";
import type { AddPoolInput, RemovePoolInput } from "./pool.input.ts";
import { toPool, toPoolTenant, toStrategyUsage } from "./pool.presenter.ts";
import { findPools, findResidents, type PoolRow, readUsage } from "./pool.repository.ts";
import type { Pool, PoolPayload, PoolTenant, StrategyUsage } from "./pool.type.ts";
import { insertPoolAudit, requestPoolRemoval, wishPoolState } from "./pool.writes.ts";

export interface PoolServiceDeps {
  queue: ReconcileQueue;
  changes: ChangeBus;
  /** Of further pools. */
  poolSize: PoolSize;
  idempotencySecret: string;
}

interface Fault {
  code: string;
  field: string | null;
  message: string;
}

const actions = { ACTIVE: "pool.uncordon", CORDONED: "pool.cordon", DRAINING: "pool.drain" } as const;
const maxKeyLength = 200;

/** What platform administrators do with pools. */
export class PoolService {
  constructor(private readonly deps: PoolServiceDeps) {}

  async list(context: RequestContext): Promise<Pool[]> {
    const rows = await context.inViewerScope((transaction) => findPools(transaction));
    return rows.map((row) => this.present(row));
  }

  async find(context: RequestContext, uuid: string | undefined): Promise<Pool | null> {
    if (uuid === undefined) return null;
    const [row] = await context.inViewerScope((transaction) => findPools(transaction, uuid));
    return row === undefined ? null : this.present(row);
  }

  async findTenants(context: RequestContext, uuid: string): Promise<PoolTenant[]> {
    return (await context.inViewerScope((transaction) => findResidents(transaction, uuid))).map(toPoolTenant);
  }

  async readUsage(context: RequestContext): Promise<StrategyUsage[]> {
    return (await context.inViewerScope(readUsage)).map(toStrategyUsage);
  }

  present(row: PoolRow): Pool {
    return toPool(row, this.deps.poolSize);
  }

  /** A further pool; the same idempotency key gives the same one. */
  async add(context: RequestContext, input: AddPoolInput): Promise<PoolPayload> {
    const { idempotencyKey: key } = input;
    if (typeof key === "string" && (key === "" || key.length > maxKeyLength)) {
      return refuse({ code: "INVALID", field: "idempotencyKey", message: "A key has 1 to 200 characters." });
    }
    try {
      const poolId = await context.inViewerScope((transaction) => this.insert(context, transaction, input));
      this.deps.changes.publish("pools");
      return { pool: await this.find(context, poolId), userErrors: [] };
    } catch (error) {
      if (!(error instanceof IdempotencyKeyReusedError)) throw error;
      const message = "This key was used before with another input.";
      return refuse({ code: "IDEMPOTENCY_KEY_REUSED", field: "idempotencyKey", message });
    }
  }

  private async insert(context: RequestContext, transaction: DatabaseTransaction, input: AddPoolInput) {
    const { userId } = getViewer(context);
    const { idempotencySecret, poolSize, queue } = this.deps;
    const call = buildKeyedCall(idempotencySecret, { userId, mutation: "addPool", input: { ...input } });
    // The key first: a call with the same one at the same time waits here for this one's pool.
    const earlier = call && (await rememberOrReplay(transaction, call, { poolId: "" }));
    if (earlier) return earlier.poolId;
    const { id, name } = await addPool(transaction, queue, poolSize);
    if (call) await replaceRemembered(transaction, call, { poolId: id });
    await insertPoolAudit(transaction, {
      userId,
      action: "pool.add",
      poolName: name,
      details: { ...poolSize },
    });
    return id;
  }

  /** Cordoned: no new instances. Draining: neither, and it is to become empty. Active: open again. */
  wish(context: RequestContext, poolId: string, wish: DesiredPoolStateName): Promise<PoolPayload> {
    return this.change(context, poolId, async (transaction, pool) => {
      if (pool.removal_requested_at !== null) return beingRemoved;
      if (pool.desired_state === wish) return undefined;
      await wishPoolState(transaction, pool.id, wish);
      await this.audit(context, transaction, { action: actions[wish], pool });
      return undefined;
    });
  }

  /** Takes a drained pool down for good. */
  remove(context: RequestContext, input: RemovePoolInput): Promise<PoolPayload> {
    return this.change(context, input.poolId, async (transaction, pool) => {
      if (pool.removal_requested_at !== null) return undefined;
      const fault = findRemovalFault(pool, input.confirmation);
      if (fault) return fault;
      await requestPoolRemoval(transaction, pool.id);
      await this.audit(context, transaction, { action: "pool.remove", pool });
      return undefined;
    });
  }

  private audit(
    context: RequestContext,
    transaction: DatabaseTransaction,
    { action, pool }: { action: string; pool: PoolRow },
  ): Promise<void> {
    const { userId } = getViewer(context);
    const details = { from: pool.desired_state, tenants: pool.used_tenants };
    return insertPoolAudit(transaction, { userId, action, poolName: pool.name, details });
  }

  /** One transaction; what comes back is a fault, which changes nothing. Throws NOT_FOUND. */
  private async change(
    context: RequestContext,
    poolId: string,
    run: (transaction: DatabaseTransaction, pool: PoolRow) => Promise<Fault | undefined>,
  ): Promise<PoolPayload> {
    const uuid = decodeIdOf("Pool", poolId);
    const fault = await context.inViewerScope(async (transaction) => {
      const pool = await getPool(transaction, uuid);
      // The queue's rows are locked first, as the reconciler does; so nobody deadlocks, and changes take turns.
      await this.deps.queue.request(transaction, `pool:${pool.name}`);
      await this.deps.queue.request(transaction, "pools");
      return run(transaction, await getPool(transaction, uuid));
    });
    if (fault) return refuse(fault);
    this.deps.changes.publish("pools");
    return { pool: await this.find(context, uuid), userErrors: [] };
  }
}

async function getPool(transaction: DatabaseTransaction, uuid: string | undefined): Promise<PoolRow> {
  const [row] = uuid === undefined ? [] : await findPools(transaction, uuid);
  if (row === undefined) throw new AppError("NOT_FOUND", "There is no such pool.");
  return row;
}

const refuse = (fault: Fault): PoolPayload => ({ pool: null, userErrors: [fault] });

const beingRemoved: Fault = {
  code: "NOT_AVAILABLE",
  field: "poolId",
  message: "This pool is being removed; that cannot be taken back.",
};

function findRemovalFault(pool: PoolRow, confirmation: string): Fault | undefined {
  if (pool.desired_state !== "DRAINING") {
    return { code: "NOT_DRAINING", field: "poolId", message: "Drain the pool first." };
  }
  if (pool.used_tenants > 0) {
    const spares = pool.used_by_spares > 0 ? `, ${pool.used_by_spares} of them warm spares` : "";
    const message = `${pool.used_tenants} instances still live there${spares}. It can go when it is empty.`;
    return { code: "NOT_EMPTY", field: "poolId", message };
  }
  if (confirmation === pool.name) return undefined;
  return { code: "CONFIRMATION_MISMATCH", field: "confirmation", message: `Type “${pool.name}” to confirm.` };
}
