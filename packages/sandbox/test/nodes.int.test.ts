import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadKubeconfig } from "../src/client/index.ts";
import { type RunningSandbox, startSandbox } from "../src/testing.ts";
import { ApiClient, type Body, until } from "./kubernetes-api-fixture.ts";

// The sandbox's nodes and ingress under whatever API server, controllers and scheduler there are.
let sandbox: RunningSandbox;
let client: ApiClient;
let namespace: string;
let core: string;

const dir = mkdtempSync(join(tmpdir(), "nodes-"));

async function start(): Promise<void> {
  sandbox = await startSandbox({ dir, nodes: 2 });
  const { server, ...access } = loadKubeconfig(sandbox.access.kubeconfig);
  await client?.dispose();
  client = new ApiClient(server, access);
}

beforeAll(async () => {
  await start();
  namespace = await client.makeNamespace();
  core = `/api/v1/namespaces/${namespace}`;
});

afterAll(async () => {
  await client?.dispose();
  await sandbox?.stop();
  await sandbox?.cluster?.dispose();
  rmSync(dir, { recursive: true, force: true });
});

const apis = (group: string) => `/apis/${group}/v1/namespaces/${namespace}`;
const create = async (collection: string, object: object): Promise<Body> => {
  const { code, body } = await client.post(collection, object);
  expect(code, JSON.stringify(body)).toBe(201);
  return body;
};
const shell = (script: string, more: object = {}) => ({
  name: "main",
  image: "busybox",
  command: ["sh", "-c", script],
  ...more,
});
const podOf = (name: string, container: object, spec: object = {}) => ({
  metadata: { name, labels: { app: name } },
  spec: { containers: [container], terminationGracePeriodSeconds: 5, ...spec },
});
const isReady = ({ status }: Body): boolean =>
  (status?.conditions ?? []).some((one: Body) => one.type === "Ready" && one.status === "True");
const untilReady = (name: string) =>
  until(async () => isReady((await client.get(`${core}/pods/${name}`)).body));
const claim = (name: string) => ({
  metadata: { name },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
});

it("are ready and take pods, whose output is read through the API server", async () => {
  const nodes = (await client.get("/api/v1/nodes")).body.items;
  expect(nodes.map((node: Body) => [node.metadata.name, isReady(node)])).toEqual([
    ["sandbox-1", true],
    ["sandbox-2", true],
  ]);
  await create(`${core}/pods`, podOf("talks", shell("echo one; echo two; exec sleep 600")));
  await untilReady("talks");
  const log = `${core}/pods/talks/log`;
  await until(async () => (await client.get(log)).text === "one\ntwo\n");
  expect((await client.get(`${log}?tailLines=1`)).text).toBe("two\n");
  expect((await client.get(`${log}?container=other`)).code).toBe(400);
  const events = await client.get(`${core}/events?fieldSelector=involvedObject.name=talks`);
  const reasons = events.body.items.map((event: Body) => event.reason);
  expect(reasons).toEqual(expect.arrayContaining(["Scheduled", "Started"]));
});

it("give a pod its Secrets, the cluster's certificate and its own place as files and variables", async () => {
  await create(`${core}/secrets`, { metadata: { name: "words" }, stringData: { word: "hello" } });
  const env = [
    { name: "WORD", valueFrom: { secretKeyRef: { name: "words", key: "word" } } },
    { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
  ];
  const volumeMounts = [{ name: "files", mountPath: "/files" }];
  const sources = [{ secret: { name: "words" } }, { configMap: { name: "kube-root-ca.crt" } }];
  await create(
    `${core}/pods`,
    podOf(
      "reads",
      shell("echo $WORD $NODE; cat files/word; grep -c BEGIN files/ca.crt", { env, volumeMounts }),
      {
        restartPolicy: "Never",
        volumes: [{ name: "files", projected: { sources } }],
      },
    ),
  );
  await until(async () => (await client.get(`${core}/pods/reads`)).body.status.phase === "Succeeded");
  const { spec, status } = (await client.get(`${core}/pods/reads`)).body;
  expect((await client.get(`${core}/pods/reads/log`)).text).toBe(`hello ${spec.nodeName}\nhello1\n`);
  expect(status.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 0, reason: "Completed" });
});

it("serve a Deployment behind its Service and Ingress, and replace a pod that is deleted", async () => {
  const container = {
    name: "main",
    image: "hashicorp/http-echo",
    args: ["-text=hello from here", "-listen=:8080"],
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
  };
  const labels = { app: "echo" };
  await create(`${apis("apps")}/deployments`, {
    metadata: { name: "echo" },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  await create(`${core}/services`, {
    metadata: { name: "echo" },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  });
  const backend = { service: { name: "echo", port: { number: 80 } } };
  await create(`${apis("networking.k8s.io")}/ingresses`, {
    metadata: { name: "echo" },
    spec: {
      ingressClassName: "traefik",
      rules: [{ host: "echo.localhost", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    },
  });
  await until(async () => (await askIngress()) === "hello from here\n");
  const list = async () => (await client.get(`${core}/pods?labelSelector=app=echo`)).body.items;
  const [first] = await list();
  await client.delete(`${core}/pods/${first.metadata.name}`);
  await until(async () => {
    const pods: Body[] = await list();
    return pods.length === 1 && pods[0].metadata.name !== first.metadata.name && isReady(pods[0]);
  });
  await until(async () => (await askIngress()) === "hello from here\n");
});

function askIngress(): Promise<string> {
  const { hostname, port } = new URL(sandbox.access.ingress);
  return new Promise((resolve) => {
    request({ hostname, port, headers: { host: "echo.localhost" } }, (answer) => resolve(text(answer)))
      .on("error", (error) => resolve(error.message))
      .end();
  });
}

it("keep what a pod wrote to its volume for the next one, and forget it with the claim", async () => {
  const made = await create(`${core}/persistentvolumeclaims`, claim("data"));
  const volumeMounts = [{ name: "data", mountPath: "/data" }];
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
  const run = async (name: string, script: string) => {
    await create(
      `${core}/pods`,
      podOf(name, shell(script, { volumeMounts }), { restartPolicy: "Never", volumes }),
    );
    await until(async () => (await client.get(`${core}/pods/${name}`)).body.status.phase === "Succeeded");
  };
  await run("writes", "echo kept > data/file");
  await client.delete(`${core}/pods/writes`);
  await run("reads-again", "cat data/file");
  expect((await client.get(`${core}/pods/reads-again/log`)).text).toBe("kept\n");
  const volume = (await client.get(`${core}/persistentvolumeclaims/data`)).body.spec.volumeName;
  expect(volume).toBe(`pvc-${made.metadata.uid}`);
  await client.delete(`${core}/pods/reads-again`);
  await client.delete(`${core}/persistentvolumeclaims/data`);
  await until(async () => (await client.get(`/api/v1/persistentvolumes/${volume}`)).code === 404);
});

it("run a Job to its end, and say how one failed", async () => {
  const job = (name: string, script: string) => ({
    metadata: { name },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [shell(script)] } } },
  });
  await create(`${apis("batch")}/jobs`, job("good", "echo done"));
  await create(`${apis("batch")}/jobs`, job("bad", "exit 3"));
  const conditionOf = async (name: string) => {
    const { status } = (await client.get(`${apis("batch")}/jobs/${name}`)).body;
    return (status?.conditions ?? [])
      .filter((one: Body) => one.status === "True")
      .map((one: Body) => one.type);
  };
  await until(async () => (await conditionOf("good")).includes("Complete"));
  await until(async () => (await conditionOf("bad")).includes("Failed"));
  const { items } = (await client.get(`${core}/pods?labelSelector=batch.kubernetes.io/job-name=bad`)).body;
  expect(items[0].status.containerStatuses[0].state.terminated.exitCode).toBe(3);
});

it("go on with their pods after the sandbox was killed, and notice what was deleted meanwhile", async () => {
  await create(`${core}/pods`, podOf("survives", shell("echo here; exec sleep 600")));
  await create(`${core}/pods`, podOf("vanishes", shell("exec sleep 600")));
  await untilReady("survives");
  await untilReady("vanishes");
  const before = (await client.get(`${core}/pods/survives`)).body;
  await sandbox.kill();
  if (sandbox.cluster) await client.delete(`${core}/pods/vanishes`);
  await start();
  if (!sandbox.cluster) await client.delete(`${core}/pods/vanishes`);
  const pod = async () => (await client.get(`${core}/pods/survives`)).body;
  await until(
    async () => (await pod()).status.containerStatuses[0].restartCount === 1 && isReady(await pod()),
  );
  const after = await pod();
  expect(after.metadata.uid).toBe(before.metadata.uid);
  expect(after.status.containerStatuses[0].lastState.terminated.reason).toBe("Unknown");
  await until(async () => (await client.get(`${core}/pods/vanishes`)).code === 404);
}, 60_000);

it("give a deleted pod its grace, and take all of a namespace away with it", async () => {
  await create(
    `${core}/pods`,
    podOf("lingers", shell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done")),
  );
  await untilReady("lingers");
  await until(async () => (await client.get(`${core}/pods/lingers/log`)).text === "up\n");
  const watch = await client.watch(`${core}/pods?watch=1&fieldSelector=metadata.name=lingers`);
  await client.delete(`${core}/pods/lingers`);
  const last = await watch.until(({ type }) => type === "DELETED");
  watch.close();
  expect(last.object.metadata.deletionTimestamp).toBeTruthy();
  await client.delete(core);
  await until(async () => (await client.get(core)).code === 404, 60_000);
}, 90_000);
