import "reflect-metadata";
import { makeOdoo } from "@odoo-saas/odoo";
import { sql } from "kysely";
import { pino } from "pino";
import type { Lease } from "../src/core/lease.ts";
import { reconcilePools } from "../src/reconciler/pools/reconcile-pools.ts";
import { findPlace } from "../src/reconciler/tenants/placement.ts";
import { findTenantRecord, type TenantRecord } from "../src/reconciler/tenants/tenant-record.ts";
import { type BenchDatabase, startBenchServer } from "./placement-database.ts";

// Two platforms on one PostgreSQL, filled by the real placement to two sizes, then measured in turns: A-B-B-A, so
// that a machine that gets slower or faster favours neither. Pools are ready as soon as they are made.
const sizes = [500, 5_000] as const;
const perTurn = 50;
const goneShare = 0.1;
const rounds = 12;
const warmUpRounds = 2;

const pool = {
  image: "postgres:18",
  maxTenants: 50,
  connectionBudget: 800,
  cpuMillicores: 2_000,
  memoryBytes: 2 ** 32,
  storageBytes: 100 * 2 ** 30,
  minFreePlaces: 10,
  failedAfterMs: 60_000,
  measureEveryMs: 60_000,
  templateGraceMs: 60_000,
};
const application = makeOdoo({ image: (version) => `odoo:${version}` });

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const leaseOf = (key: Lease["key"]): Lease => ({ key, epoch: 1, isHeld: () => true, assertHeld: () => {} });

/** What is done for one tenant, and how long each part took in milliseconds. */
interface Times {
  placement: number;
  supply: number;
}

function makePlatform({ worker }: BenchDatabase) {
  const context = {
    database: worker,
    application,
    settings: { pool },
    log: pino({ level: "silent" }),
    changes: { publish: () => {} },
  };
  const place = async (record: TenantRecord): Promise<Times> => {
    const startedAtMs = performance.now();
    const found = await findPlace(context, leaseOf(`tenant:${record.id}`), record);
    const placedAtMs = performance.now();
    if (found === undefined) throw new Error("there is no free place: the supply is broken");
    await reconcilePools(context, leaseOf("pools"));
    const times = { placement: placedAtMs - startedAtMs, supply: performance.now() - placedAtMs };
    await activatePools();
    return times;
  };
  /** In place of the reconciler and the cluster. */
  const activatePools = async () => {
    await sql`update platform.database_servers set state = 'ACTIVE', activated_at = now()
      where activated_at is null`.execute(worker);
  };
  return {
    place,
    async begin() {
      await reconcilePools(context, leaseOf("pools"));
      await activatePools();
    },
    /** As a deletion gives places back. */
    release: (ids: string[]) => worker.deleteFrom("placements").where("tenant_id", "in", ids).execute(),
  };
}

interface Bench {
  size: number;
  database: BenchDatabase;
  platform: ReturnType<typeof makePlatform>;
  /** Tenants that come and go while it is measured. */
  guests: TenantRecord[];
  times: Times[];
}

async function fill(database: BenchDatabase, size: number): Promise<Bench> {
  const platform = makePlatform(database);
  await platform.begin();
  const ids = await database.addTenants(size * (1 + goneShare) + perTurn);
  const records: TenantRecord[] = [];
  for (const id of ids) records.push((await findTenantRecord(database.worker, id))!);
  const guests = records.splice(-perTurn);
  let window: number[] = [];
  for (const [index, record] of records.entries()) {
    window.push((await platform.place(record)).placement);
    if ((index + 1) % 500 === 0) {
      console.log(`${String(index + 1).padStart(8)}${median(window).toFixed(2).padStart(12)}`);
      window = [];
    }
  }
  // Tenants that have left: in the end nearly every pool has free places to choose from.
  await platform.release(records.filter((_, index) => index % (1 + 1 / goneShare) === 0).map(({ id }) => id));
  await sql`vacuum analyze`.execute(database.owner);
  return { size, database, platform, guests, times: [] };
}

async function measure({ platform, guests, times }: Bench, isCounted: boolean): Promise<void> {
  for (const guest of guests) {
    const taken = await platform.place(guest);
    if (isCounted) times.push(taken);
  }
  await platform.release(guests.map(({ id }) => id));
}

async function report({ size, database, times }: Bench) {
  const { rows } = await sql<{ pools: number; placed: number; overfilled: number }>`
    select (select count(*)::int from platform.database_servers) as pools,
      (select count(*)::int from platform.placements) as placed,
      (select count(*)::int from platform.database_servers s where used_tenants > max_tenants
        or used_connections > connection_budget or used_tenants <>
          (select count(*) from platform.placements where database_server_id = s.id)) as overfilled
  `.execute(database.owner);
  const { pools, placed, overfilled } = rows[0]!;
  if (overfilled > 0) throw new Error(`${overfilled} pools are overfilled or miscounted`);
  if (placed !== size) throw new Error(`${placed} tenants are placed instead of ${size}`);
  const placement = median(times.map((taken) => taken.placement));
  const supply = median(times.map((taken) => taken.supply));
  const cells = [size, pools, placement.toFixed(2), supply.toFixed(2)];
  console.log(cells.map((cell) => String(cell).padStart(12)).join(""));
  return placement;
}

const server = await startBenchServer();
try {
  console.log("while filling, median of each 500\n  placed   ms/place");
  const benches: Bench[] = [];
  for (const size of sizes) benches.push(await fill(await server.makeDatabase(`bench_${size}`), size));
  const [small, large] = benches as [Bench, Bench];
  for (let round = 0; round < rounds + warmUpRounds; round += 1) {
    for (const bench of [small, large, large, small]) await measure(bench, round >= warmUpRounds);
  }
  console.log(["tenants", "pools", "ms/place", "ms/supply"].map((cell) => cell.padStart(12)).join(""));
  const [smallMs, largeMs] = [await report(small), await report(large)];
  console.log(`bench placement: at_5000_over_at_500=${(largeMs / smallMs).toFixed(2)}`);
} finally {
  await server.stop();
}
