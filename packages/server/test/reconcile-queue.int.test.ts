import { sql } from "kysely";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Lease } from "../src/core/lease.ts";
import type { ReconcileKey } from "../src/core/ports.ts";
import { withTransaction } from "../src/database/pool.ts";
import { claimKeys, countKeys } from "../src/reconciler/queue/claims.ts";
import { makeLeaseKeeper } from "../src/reconciler/queue/lease-keeper.ts";
import { makeQueueWorker, type QueueWorkerOptions } from "../src/reconciler/queue/queue-worker.ts";
import { observeKeys, reconcileQueue, scheduleKey } from "../src/reconciler/queue/requests.ts";
import { makeTestDatabase, type TestDatabase } from "./support/test-database.ts";

const log = pino({ level: "silent" });
let database: TestDatabase;
let disposals: (() => Promise<void>)[] = [];

beforeEach(async () => {
  database = await makeTestDatabase();
});
afterEach(async () => {
  await Promise.all(disposals.map((dispose) => dispose()));
  disposals = [];
  await database.dispose();
});

const tenantKey = (n: number): ReconcileKey =>
  `tenant:00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const key = tenantKey(1);
const request = (wanted: ReconcileKey) =>
  withTransaction(database.worker, (transaction) => reconcileQueue.request(transaction, wanted));
const until = <T>(assertion: () => T | Promise<T>) =>
  vi.waitFor(assertion, { timeout: 20_000, interval: 20 });
const rowOf = (wanted: ReconcileKey) =>
  database.worker
    .selectFrom("reconcile_queue")
    .selectAll()
    .where("key", "=", wanted)
    .executeTakeFirstOrThrow();

function startWorker(run: QueueWorkerOptions["run"], options: Partial<QueueWorkerOptions> = {}) {
  const worker = makeQueueWorker({
    database: database.worker,
    listenerUrl: database.workerUrl,
    log,
    run,
    ...options,
  });
  disposals.push(() => worker.dispose(100));
  return worker;
}

test("a requested key runs at once, woken by the notification and not by the poll", async () => {
  const ranAtMs: number[] = [];
  startWorker(
    async () => {
      ranAtMs.push(performance.now());
      return {};
    },
    { pollMs: 60_000 },
  );
  await until(async () => {
    const { rows } =
      await sql`select from pg_stat_activity where query like 'listen%' or application_name like '%wake-up'`.execute(
        database.owner,
      );
    expect(rows.length).toBeGreaterThan(0);
  });
  await request(key);
  await until(() => expect(ranAtMs).toHaveLength(1));
  expect((await rowOf(key)).last_error).toBeNull();
});

test("many events of one key become one run, and an event during a run means exactly one run after it", async () => {
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  await Promise.all([observeKeys(database.worker, [key]), observeKeys(database.worker, [key]), request(key)]);
  startWorker(async () => {
    runs += 1;
    if (runs === 1) await gate.promise;
    return {};
  });
  await until(() => expect(runs).toBe(1));
  for (let event = 0; event < 5; event += 1) await observeKeys(database.worker, [key]);
  expect(runs).toBe(1);
  gate.resolve();
  await until(async () => {
    expect(runs).toBe(2);
    expect((await rowOf(key)).due_at).toEqual(Number.POSITIVE_INFINITY);
  });
  expect(runs).toBe(2);
  expect(await countKeys(database.worker)).toEqual({ due: 0, leased: 0 });
});

test("two workers never run one key at once", async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const run = async () => {
    running += 1;
    runs += 1;
    most = Math.max(most, running);
    await observeKeys(database.worker, [key]);
    running -= 1;
    return runs < 40 ? { requeueAfterMs: 0 } : {};
  };
  startWorker(run);
  startWorker(run);
  await request(key);
  await until(() => expect(runs).toBeGreaterThanOrEqual(40));
  expect(most).toBe(1);
});

test("a failing key backs off longer each time; watch events wait for it, a request does not", async () => {
  const failures: number[] = [];
  const attemptsBefore: number[] = [];
  startWorker(async (_lease, attempts) => {
    failures.push(performance.now());
    attemptsBefore.push(attempts);
    throw new Error("the cluster is away");
  });
  await request(key);
  await until(() => expect(failures).toHaveLength(3));
  for (let event = 0; event < 20; event += 1) await observeKeys(database.worker, [key]);
  const row = await until(async () => {
    const found = await rowOf(key);
    expect(found).toMatchObject({ attempts: 3, lease_owner: null });
    return found;
  });
  expect(row).toMatchObject({ last_error: "the cluster is away" });
  expect(row.due_at.getTime() - Date.now()).toBeGreaterThan(800);
  expect(failures[1]! - failures[0]!).toBeGreaterThan(390);
  expect(failures[2]! - failures[1]!).toBeGreaterThan(790);
  expect(failures).toHaveLength(3);
  await request(key);
  const requestedAtMs = performance.now();
  await until(() => expect(failures.length).toBeGreaterThanOrEqual(4));
  expect(failures[3]! - requestedAtMs).toBeLessThan(700);
  expect(attemptsBefore.slice(0, 4)).toEqual([0, 1, 2, 0]);
});

test("a request during a failing run is answered at once", async () => {
  let runs = 0;
  startWorker(async () => {
    runs += 1;
    if (runs > 1) return {};
    for (let attempt = 0; attempt < 1; attempt += 1) await request(key);
    throw new Error("failed");
  });
  await request(key);
  await until(async () => {
    expect(runs).toBe(2);
    expect(await rowOf(key)).toMatchObject({ attempts: 0, last_error: null });
  });
});

test("while nothing can be done keys stay due and do not fail; they run as soon as it can be again", async () => {
  let isAble = false;
  let runs = 0;
  const run = async () => {
    runs += 1;
    return {};
  };
  const worker = startWorker(run, { isAble: () => isAble, pollMs: 20 });
  await request(key);
  worker.wake();
  await new Promise((resolve) => setTimeout(resolve, 200)); // ten polls
  expect(runs).toBe(0);
  expect(await rowOf(key)).toMatchObject({ attempts: 0, lease_owner: null });
  isAble = true;
  await until(() => expect(runs).toBe(1));
});

test("a scheduled key runs when it is due and not before; sooner wins", async () => {
  const ranAt: number[] = [];
  startWorker(async () => {
    ranAt.push(Date.now());
    return {};
  });
  const dueAt = new Date(Date.now() + 700);
  await scheduleKey(database.worker, { key, dueAt });
  await scheduleKey(database.worker, { key, dueAt: new Date(Date.now() + 3_600_000) });
  await until(() => expect(ranAt).toHaveLength(1));
  expect(ranAt[0]!).toBeGreaterThanOrEqual(dueAt.getTime() - 5);
});

test("keys run in the order in which they became due", async () => {
  const order: string[] = [];
  for (const n of [3, 1, 2]) {
    await scheduleKey(database.worker, {
      key: tenantKey(n),
      dueAt: new Date(Date.now() - 10_000 + n * 1_000),
    });
  }
  startWorker(
    async (lease) => {
      order.push(lease.key);
      return {};
    },
    { concurrency: 1 },
  );
  await until(() => expect(order).toEqual([tenantKey(1), tenantKey(2), tenantKey(3)]));
});

test("the keys of a worker whose session died move on without waiting for the lease", async () => {
  const leases: Lease[] = [];
  const first = Promise.withResolvers<void>();
  startWorker(async (lease) => {
    leases.push(lease);
    if (leases.length === 1) await first.promise;
    return {};
  });
  await request(key);
  await until(() => expect(leases).toHaveLength(1));
  startWorker(async (lease) => {
    leases.push(lease);
    return {};
  });
  const killedAtMs = performance.now();
  await sql`select pg_terminate_backend(split_part(lease_owner, ':', 1)::int) from platform.reconcile_queue where key = ${key}`.execute(
    database.owner,
  );
  await until(() => expect(leases).toHaveLength(2));
  expect(performance.now() - killedAtMs).toBeLessThan(3_000);
  expect(leases[0]!.isHeld()).toBe(false);
  expect(() => leases[0]!.assertHeld()).toThrow("was lost");
  expect(leases[1]!.epoch).toBeGreaterThan(leases[0]!.epoch);
  first.resolve(); // the late completion must not free the new lease or lose the row's state
});

test("a lease that is not renewed ends by itself, and the late worker's completion changes nothing", async () => {
  const leases: Lease[] = [];
  const late = Promise.withResolvers<void>();
  // This worker's heartbeats stop as if its process did, while its session stays.
  startWorker(
    async (lease) => {
      leases.push(lease);
      if (leases.length === 1) await late.promise;
      return {};
    },
    { leaseMs: 1_500, heartbeatMs: 3_600_000 },
  );
  await request(key);
  await until(() => expect(leases).toHaveLength(2));
  expect(leases[0]!.isHeld()).toBe(false);
  await until(async () => expect((await rowOf(key)).lease_owner).toBeNull());
  const before = await rowOf(key);
  await observeKeys(database.worker, [tenantKey(2)]);
  late.resolve();
  await until(() => expect(leases).toHaveLength(3));
  expect(await rowOf(key)).toEqual(before);
});

test("heartbeats keep a long run's lease", async () => {
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  let lease: Lease | undefined;
  startWorker(
    async (given) => {
      runs += 1;
      lease = given;
      await gate.promise;
      return {};
    },
    { leaseMs: 1_000, heartbeatMs: 200 },
  );
  await request(key);
  await until(() => expect(runs).toBe(1));
  const first = (await rowOf(key)).lease_until!.getTime();
  await until(async () => expect((await rowOf(key)).lease_until!.getTime()).toBeGreaterThan(first + 2_000));
  expect(lease!.isHeld()).toBe(true);
  expect(runs).toBe(1);
  gate.resolve();
});

test("1,000 keys run once each, spread over two workers", async () => {
  const keys = Array.from({ length: 1_000 }, (_, n) => tenantKey(n));
  await observeKeys(database.worker, keys);
  const ran: string[] = [];
  const startedAtMs = performance.now();
  const run = async (lease: Lease) => {
    ran.push(lease.key);
    return {};
  };
  startWorker(run);
  startWorker(run);
  await until(() => expect(ran.length).toBe(1_000));
  const seconds = (performance.now() - startedAtMs) / 1_000;
  console.info(`1,000 keys in ${seconds.toFixed(2)} s`);
  expect(new Set(ran).size).toBe(1_000);
});

test("a lease that was lost is not brought back by a heartbeat that was under way", async () => {
  await request(key);
  const [claim] = await claimKeys(database.worker, { owner: "a session", limit: 1, leaseMs: 60_000 });
  const keeper = makeLeaseKeeper({ database: database.worker, log, leaseMs: 60_000, heartbeatMs: 20 });
  disposals.push(async () => keeper.dispose());
  const lease = keeper.hold(claim!, performance.now());
  const untilOf = async () => (await rowOf(key)).lease_until?.getTime() ?? 0;
  let before = 0;
  await database.owner.transaction().execute(async (transaction) => {
    await sql`select from platform.reconcile_queue where key = ${key} for update`.execute(transaction);
    before = await untilOf(); // nothing changes it from here on until the commit
    await until(async () => {
      const { rows } = await sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(database.owner);
      expect(rows.length).toBeGreaterThan(0);
    });
    keeper.loseAll();
  });
  await until(async () => expect(await untilOf()).toBeGreaterThan(before));
  expect(lease.isHeld()).toBe(false);
});
