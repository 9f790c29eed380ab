import { expect, test } from "vitest";
import WebSocket from "ws";
import type { KubeObject } from "../../test/support/cluster-reader.ts";
import { adminLogin, type CreatedTenant } from "../../test/support/tenant-journeys.ts";
import { listOdooProcesses } from "../support/container-processes.ts";
import { signInToOdoo } from "../support/odoo-browser.ts";
import { readOdooConf } from "../support/odoo-conf.ts";
import { type Stage, siteOf } from "../support/stage.ts";

const pages = ["/odoo", "/odoo/apps", "/web/login", "/odoo/settings"];

/** A plan with worker processes, where WebSockets have a port of their own. */
export function testWorkers(stage: Stage): void {
  test("with workers /websocket goes to a port of its own, and the other port refuses it", async () => {
    const tenant = stage.tenants.workers;
    const ingresses = `/apis/networking.k8s.io/v1/namespaces/${tenant.namespace}/ingresses`;
    const [ingress] = (await stage.platform.cluster.list(ingresses)) as (KubeObject & Routes)[];
    const backendOf = (path: string) =>
      ingress!.spec.rules[0]!.http.paths.find((each) => each.path === path)!.backend.service.port.name;
    expect([backendOf("/websocket"), backendOf("/")]).toEqual(["websocket", "http"]);
    const podIp = await findPodIp(stage, tenant);
    expect(await openSocket(`ws://${podIp}:8072/websocket`)).toBe(101);
    expect(await openSocket(`ws://${podIp}:8069/websocket`)).toBeGreaterThanOrEqual(400);
  });

  test.each([
    { name: "acme" as const, plan: "basic", processes: 1 },
    { name: "workers" as const, plan: "standard", processes: 5 }, // two workers, one for cron, one for WebSockets, and their parent
  ])(
    "a $plan instance in use stays within its plan's memory and below Odoo's own limits",
    async ({ name, processes }) => {
      const { testbed, cluster } = stage.platform;
      const one = stage.tenants[name];
      const browser = await signInToOdoo(siteOf(stage, name), adminLogin);
      for (const path of pages) expect((await browser.get(path)).status).toBe(200);
      await Promise.all(Array.from({ length: 8 }, () => browser.get("/odoo")));
      const [limit, conf] = [await readMemoryLimit(stage, one), await readOdooConf(cluster, one)];
      const running = await listOdooProcesses(testbed, one.namespace);
      console.log(name, "limit", limit, conf.limit_memory_soft, conf.limit_memory_hard, running);
      expect(running).toHaveLength(processes);
      for (const { virtualBytes } of running)
        expect(virtualBytes).toBeLessThan(Number(conf.limit_memory_soft));
      const resident = running.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
      expect(resident).toBeLessThan(limit);
      const log = await testbed.kubectl("-n", one.namespace, "logs", "deployment/odoo");
      expect(log).not.toMatch(/memory limit .*reached/i);
    },
  );
}

interface Routes {
  spec: {
    rules: {
      http: { paths: { path: string; backend: { service: { port: { name: string } } } }[] };
    }[];
  };
}

interface Pod {
  status: { podIP: string };
  spec: { containers: { resources: { limits: { memory: string } } }[] };
}

async function findPod({ platform }: Stage, { namespace }: CreatedTenant): Promise<Pod> {
  const pods = (await platform.cluster.list(`/api/v1/namespaces/${namespace}/pods`)) as unknown as Pod[];
  expect(pods).toHaveLength(1);
  return pods[0]!;
}

const findPodIp = async (stage: Stage, tenant: CreatedTenant) => (await findPod(stage, tenant)).status.podIP;

const units: Record<string, number> = { "": 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

async function readMemoryLimit(stage: Stage, tenant: CreatedTenant): Promise<number> {
  const { limits } = (await findPod(stage, tenant)).spec.containers[0]!.resources;
  const [, number, unit] = /^(\d+)(\D*)$/.exec(limits.memory)!;
  return Number(number) * units[unit!]!;
}

/** The status with which an upgrade is answered. */
function openSocket(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { origin: url.replace(/^ws/, "http").replace(/\/websocket$/, "") });
    const end = (status: number) => {
      socket.terminate();
      resolve(status);
    };
    socket.on("open", () => end(101));
    socket.on("unexpected-response", (_request, response) => end(response.statusCode!));
    socket.on("error", reject);
  });
}
