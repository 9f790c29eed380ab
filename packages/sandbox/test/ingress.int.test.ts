import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { afterEach, expect, test, vi } from "vitest";
import type { Ingress } from "../src/client/kube-types.ts";
import { silentLog } from "../src/client/log.ts";
import { makeIngressController } from "../src/ingress/ingress-controller.ts";
import { at, createDeployment, patchDeployment, useWorld, wait } from "./controllers-world.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const world = useWorld();
const ingresses = "/apis/networking.k8s.io/v1/namespaces/work/ingresses";

async function startBackend(): Promise<number> {
  const server = createServer((_request, response) => void response.end("hello from the pod"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  );
  return (server.address() as AddressInfo).port;
}

test("a host is served from its pods from the moment they are ready until they stop", async () => {
  const port = await startBackend();
  const { client } = world;
  const controller = await makeIngressController({
    client,
    port: 0,
    host: "127.0.0.1",
    ingressClass: "traefik",
    log: silentLog,
  });
  closers.push(() => controller.dispose());
  const ask = async (): Promise<[number, string]> => {
    const answer = await request(`http://127.0.0.1:${controller.port}/`, {
      headers: { host: "web.localhost" },
    });
    return [answer.statusCode, await answer.body.text()];
  };
  expect((await ask())[0]).toBe(404);

  world.runPod = (pod) => ({
    ...pod.status,
    phase: "Running",
    podIP: "127.0.0.1",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: new Date().toISOString() }],
  });
  await client.request("POST", `${at}/services`, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "work" },
    spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: port }] },
  });
  const backend = { service: { name: "web", port: { name: "http" } } };
  await client.request("POST", ingresses, {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "work" },
    spec: {
      ingressClassName: "traefik",
      rules: [{ host: "web.localhost", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    },
  });
  await vi.waitFor(async () => expect((await ask())[0]).toBe(503), wait);
  await createDeployment(world);
  await vi.waitFor(async () => expect(await ask()).toEqual([200, "hello from the pod"]), wait);
  await vi.waitFor(async () => {
    const { status } = await client.request<Ingress>("GET", `${ingresses}/web`);
    expect(status?.loadBalancer?.ingress?.[0]).toMatchObject({ ip: "127.0.0.1" });
  }, wait);
  await patchDeployment(world, { spec: { replicas: 0 } });
  await vi.waitFor(async () => expect((await ask())[0]).toBe(503), wait);
});
