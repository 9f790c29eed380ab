import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ensureCertificates } from "../src/kubernetes/certificates.ts";
import { openEmbedded, pod, until } from "./kubernetes-api-fixture.ts";

let embedded: Awaited<ReturnType<typeof openEmbedded>>;
let kubelet: Server;
let answer: (path: string) => { code?: number; text: string };
const asked: { path: string; subject: string | undefined; authorization: string | undefined }[] = [];

const pods = "/api/v1/namespaces/default/pods";

beforeEach(async () => {
  embedded = await openEmbedded({ metricsIntervalMs: 20 });
  const { client, dir } = embedded;
  const { serving, caPem } = await ensureCertificates(join(dir, "kubelet"), "127.0.0.1");
  const tls = {
    cert: serving.certPem,
    key: serving.keyPem,
    ca: [caPem, embedded.api.caPem],
    requestCert: true,
    rejectUnauthorized: true,
  };
  asked.length = 0;
  kubelet = createServer(tls, (request, response) => {
    const socket = request.socket as import("node:tls").TLSSocket;
    asked.push({
      path: request.url!,
      subject: socket.getPeerCertificate().subject?.CN as string,
      authorization: request.headers.authorization,
    });
    const { code = 200, text } = answer(request.url!);
    response.writeHead(code).end(text);
  });
  await new Promise<void>((resolve) => kubelet.listen(0, "127.0.0.1", resolve));
  const { port } = kubelet.address() as AddressInfo;
  const status = {
    addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await client.post("/api/v1/nodes", { metadata: { name: "node-a" }, status });
});

afterEach(async () => {
  kubelet.closeAllConnections();
  await new Promise((resolve) => kubelet.close(resolve));
  await embedded.dispose();
});

it("fetches logs from the kubelet of the pod's node and proves who it is", async () => {
  const { client, api } = embedded;
  answer = () => ({ text: "one\ntwo\n" });
  await client.post(pods, pod("talking", { nodeName: "node-a" }));
  const log = await client.get(`${pods}/talking/log?tailLines=2&timestamps=true&pretty=true`);
  expect([log.code, log.text]).toEqual([200, "one\ntwo\n"]);
  const seen = asked.find(({ path }) => path.startsWith("/containerLogs"))!;
  expect(seen.path).toBe("/containerLogs/default/talking/main?timestamps=true&tailLines=2");
  expect(seen.subject).toBe("kube-apiserver-kubelet-client");
  expect(seen.authorization).toBe(`Bearer ${api.mintToken("kube-apiserver")}`);
});

it("says why a log cannot be had", async () => {
  const { client } = embedded;
  answer = () => ({ code: 404, text: 'container "main" is not there' });
  await client.post(pods, pod("waiting"));
  await client.post(pods, pod("lost", { nodeName: "no-such-node" }));
  await client.post(pods, pod("silent", { nodeName: "node-a" }));
  const twins = [
    { name: "a", image: "i" },
    { name: "b", image: "i" },
  ];
  await client.post(pods, pod("double", { nodeName: "node-a", containers: twins }));
  const messages = async (name: string) => {
    const { code, body } = await client.get(`${pods}/${name}/log`);
    return [code, body.message];
  };
  expect(await messages("waiting")).toEqual([400, "pod waiting does not have a host assigned"]);
  expect(await messages("double")).toEqual([
    400,
    "a container name must be specified for pod double, choose one of: [a b]",
  ]);
  expect(await messages("silent")).toEqual([404, 'container "main" is not there']);
  expect((await messages("lost"))[0]).toBe(500);
  expect((await client.get(`${pods}/double/log?container=c`)).code).toBe(400);
});

it("measures nodes and pods by the kubelet's counters", async () => {
  const { client } = embedded;
  await client.post(pods, pod("busy", { nodeName: "node-a" }));
  const start = Date.now();
  const labels = '{container="main",namespace="default",pod="busy"}';
  answer = () => {
    // Half a core for the container, two for the node, since the start.
    const seconds = (Date.now() - start) / 1000;
    const lines = [
      `container_cpu_usage_seconds_total${labels} ${seconds / 2} 1`,
      `container_memory_working_set_bytes${labels} 1048576 1`,
      `node_cpu_usage_seconds_total ${seconds * 2}`,
      "node_memory_working_set_bytes 2097152",
    ];
    return { text: lines.join("\n") };
  };
  const path = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods";
  await until(async () => (await client.get(path)).body.items.length === 1);
  const { body } = await client.get(path);
  expect(body.items[0].containers[0]).toMatchObject({ name: "main", usage: { memory: "1024Ki" } });
  expect(body.items[0].containers[0].usage.cpu).toMatch(/^[1-9]\d*m$/);
  const nodes = await client.get("/apis/metrics.k8s.io/v1beta1/nodes");
  expect(nodes.body.items[0]).toMatchObject({ metadata: { name: "node-a" }, usage: { memory: "2048Ki" } });
});
