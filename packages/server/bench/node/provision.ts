import { parseArgs } from "node:util";
import { makePlatformClient, type PlatformClient } from "../../test/support/platform-client.ts";
import { createTenant, deleteTenant, untilGone } from "../../test/support/tenant-journeys.ts";
import { type InstalledPlatform, installPlatform } from "../../test-node/support/installed-platform.ts";
import { findPoolLogin, type Model, readModel } from "../floor.ts";
import { buildInitModel, handWay, nextSlug, platformWay, untilLogin, type Way } from "./ways.ts";

/** From the mutation to an answer of `/web/login`, on the real node with real Odoo, beside the same steps by hand. */
const pool = "postgres-shared-1";
const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Number(options.rounds);

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Milliseconds until it answers; cleaning up is not counted. */
async function measure(way: Way): Promise<number> {
  const startedAtMs = performance.now();
  const cleanUp = await way();
  const ms = performance.now() - startedAtMs;
  await cleanUp();
  return ms;
}

/** A tenant of the platform; the objects of it are made by hand then. */
async function makeModel(platform: InstalledPlatform, client: PlatformClient): Promise<Model> {
  const slug = nextSlug();
  const tenant = await createTenant(client, slug);
  await untilLogin(platform.ingressPort, `${slug}.localhost`);
  const role = `t_${tenant.uuid.replaceAll("-", "")}`;
  const model = await readModel(platform.cluster, { namespace: tenant.namespace, slug, role });
  await deleteTenant(client, tenant, slug);
  await untilGone(client, tenant, 120_000);
  return model;
}

/** A-B-B-A, so that a machine that gets slower or faster favours neither; the slow third way once a round. */
async function measureAll(ways: { cold: Way; floor: Way; init: Way }) {
  const times = { cold: [] as number[], floor: [] as number[], init: [] as number[] };
  for (let round = 0; round < rounds; round += 1)
    for (const name of ["cold", "floor", "floor", "cold", "init"] as const)
      times[name].push(await measure(ways[name]));
  return times;
}

function print(times: Record<"cold" | "floor" | "init", number[]>) {
  const words = {
    floor: "floor: clone, identity and objects by hand",
    cold: "platform, cold from the template",
    init: "by hand, with -i base in the pod",
  };
  const floorMs = median(times.floor);
  console.log(`${"from the start to /web/login, ms".padEnd(44)}   median      min      max    floor`);
  for (const name of ["floor", "cold", "init"] as const) {
    const cells = [median(times[name]), Math.min(...times[name]), Math.max(...times[name])];
    const numbers = cells.map((cell) => cell.toFixed(0).padStart(9)).join("");
    console.log(
      `${words[name].padEnd(44)}${numbers}${(median(times[name]) / floorMs).toFixed(2).padStart(9)}`,
    );
  }
  const ratioOf = (name: "cold" | "init") => (median(times[name]) / floorMs).toFixed(2);
  console.log(`bench provision-node: cold_over_floor=${ratioOf("cold")} init_over_floor=${ratioOf("init")}`);
}

const platform = await installPlatform();
try {
  const client = await makePlatformClient(platform.access, platform.sandbox.access.customer);
  const model = await makeModel(platform, client);
  const login = await findPoolLogin(platform.cluster, pool);
  const { cluster, ingressPort } = platform;
  const byHand = (wanted: Model) => handWay({ cluster, ingressPort, login }, wanted);
  const times = await measureAll({
    cold: platformWay(client, ingressPort),
    floor: byHand(model),
    init: byHand(buildInitModel(model)),
  });
  await client.dispose();
  print(times);
} finally {
  await platform.dispose();
}
