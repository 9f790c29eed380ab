import { parseArgs } from "node:util";
import { startSandbox } from "@odoo-saas/sandbox/testing";
import { type ClusterReader, makeClusterReader } from "../test/support/cluster-reader.ts";
import { makePlatformClient, type PlatformClient } from "../test/support/platform-client.ts";
import { createTenant, deleteTenant, untilGone, untilState } from "../test/support/tenant-journeys.ts";
import { findPoolLogin, type PoolLogin, provisionByHand, readModel } from "./floor.ts";
import { populate } from "./populate.ts";
import { measureWarm, type WarmOptions, warmPlan } from "./warm.ts";

const pool = "postgres-shared-1";
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    present: { type: "string", default: "1000" },
    stopped: { type: "string", default: "950" },
  },
});
const rounds = Number(options.rounds);

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const timed = async (run: () => Promise<unknown>) => {
  const startedAtMs = performance.now();
  await run();
  return performance.now() - startedAtMs;
};

let count = 0;
const nextSlug = () => {
  count += 1;
  return `bench-${count}`;
};

/** Each way to provision: returns its clean-up. */
type Provision = () => Promise<() => Promise<void>>;

function platformWay(client: PlatformClient): Provision {
  return async () => {
    const slug = nextSlug();
    const tenant = await createTenant(client, slug);
    await untilState(client, tenant, { state: "RUNNING", timeoutMs: 120_000 });
    return async () => {
      await deleteTenant(client, tenant, slug);
      await untilGone(client, tenant, 120_000);
    };
  };
}

async function floorWay(
  client: PlatformClient,
  cluster: ClusterReader,
  login: PoolLogin,
): Promise<Provision> {
  const slug = nextSlug();
  const tenant = await createTenant(client, slug);
  await untilState(client, tenant, { state: "RUNNING", timeoutMs: 120_000 });
  const role = `t_${tenant.uuid.replaceAll("-", "")}`;
  const model = await readModel(cluster, { namespace: tenant.namespace, slug, role });
  await deleteTenant(client, tenant, slug);
  await untilGone(client, tenant);
  return () => provisionByHand(cluster, login, model);
}

/** `width` at once; milliseconds until all are ready. Cleaning up is not counted. */
async function measure(way: Provision, width: number): Promise<number> {
  const cleanUps: (() => Promise<void>)[] = [];
  const ms = await timed(() =>
    Promise.all(Array.from({ length: width }, async () => cleanUps.push(await way()))),
  );
  await Promise.all(cleanUps.map((cleanUp) => cleanUp()));
  return ms;
}

/** A-B-B-A, so that a machine that gets slower or faster favours neither. */
async function compare(name: string, ways: { platform: Provision; floor: Provision }, width: number) {
  const times = { platform: [] as number[], floor: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ["platform", "floor", "floor", "platform"] as const) {
      times[way].push(await measure(ways[way], width));
    }
  }
  const [platformMs, floorMs] = [median(times.platform), median(times.floor)];
  const ratio = platformMs / floorMs;
  const cell = (value: number) => value.toFixed(0).padStart(9);
  console.log(`${name.padEnd(28)}${cell(platformMs)}${cell(floorMs)}${ratio.toFixed(2).padStart(9)}`);
  return ratio;
}

/** The median of creations from a warm spare. */
async function warm(name: string, options: Omit<WarmOptions, "nextSlug" | "times">): Promise<number> {
  const times = await measureWarm({ ...options, nextSlug, times: rounds * 2 });
  const ms = median(times);
  const all = times.map((time) => time.toFixed(0)).join(", ");
  console.log(`${name.padEnd(28)}${ms.toFixed(0).padStart(9)}   of ${all}`);
  return ms;
}

const sandbox = await startSandbox({
  run: "tsx packages/server/src/main.ts",
  env: {
    LOG_LEVEL: "warn",
    POOL_MEMORY_BYTES: String(512 * 2 ** 20),
    SPARES: `${warmPlan}=1`,
    // Room on paper for the pools of so many tenants.
    SANDBOX_NODE_CPU: "64",
    SANDBOX_NODE_MEMORY: "256Gi",
  },
});
try {
  const client = await makePlatformClient(sandbox.access, sandbox.access.customer);
  const cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  const first = nextSlug();
  await untilState(client, await createTenant(client, first), { state: "RUNNING", timeoutMs: 120_000 });
  const ways = {
    platform: platformWay(client),
    floor: await floorWay(client, cluster, await findPoolLogin(cluster, pool)),
  };
  console.log(`${"from mutation to ready, ms".padEnd(28)} platform    floor    ratio`);
  const cold = await compare("one after another", ways, 1);
  const eight = await compare("eight at once", ways, 8);
  const admin = await makePlatformClient(sandbox.access, sandbox.access.admin);
  const warmOptions = { client, admin, ingress: sandbox.access.ingress };
  const warmMs = await warm("from a warm spare", warmOptions);
  const [present, stopped] = [Number(options.present), Number(options.stopped)];
  await populate(client, sandbox.environment.DATABASE_URL!, { present, stopped });
  const coldAtMany = await compare(`one, with ${present} present`, ways, 1);
  const warmAtManyMs = await warm(`warm, with ${present} present`, warmOptions);
  console.log(
    `bench provision: cold_over_floor=${cold.toFixed(2)} eight_over_floor=${eight.toFixed(2)} ` +
      `warm_ms=${warmMs.toFixed(0)} warm_ms_at_${present}=${warmAtManyMs.toFixed(0)} ` +
      `cold_over_floor_at_${present}=${coldAtMany.toFixed(2)}`,
  );
  await Promise.all([client.dispose(), admin.dispose()]);
} finally {
  await sandbox.stop();
}
