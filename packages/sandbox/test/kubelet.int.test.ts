import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import type { Container } from "../src/client/index.ts";
import {
  askKubelet,
  bind,
  client,
  dir,
  eventReasons,
  kubelet,
  pods,
  shell,
  stateOf,
  until,
  untilGone,
  untilPhase,
  untilReady,
} from "./kubelet-harness.ts";

test("the node is known, with its address, capacity and lease", async () => {
  const node = await client.request<{ status: Record<string, unknown> }>("GET", "/api/v1/nodes/node-1");
  expect(node).toMatchObject({
    metadata: { labels: { "kubernetes.io/hostname": "node-1", "topology.kubernetes.io/zone": "a" } },
    status: {
      capacity: { cpu: "4", memory: "8388608Ki", pods: "110" },
      daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
    },
  });
  await client.request("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1");
  expect(await askKubelet("/healthz")).toBe("ok");
});

test("a bound pod runs at once, with its environment and files, and answers at its address", async () => {
  await client.request("POST", "/api/v1/namespaces/shop/configmaps", {
    metadata: { name: "settings" },
    data: { WORD: "hello", file: "from a file" },
  });
  const boundAt = Date.now();
  await bind("web", [
    {
      image: "registry.example/http-echo:1",
      args: ["-text=$(WORD) $(NAME)", "-listen=:8080"],
      env: [
        { name: "WORD", valueFrom: { configMapKeyRef: { name: "settings", key: "WORD" } } },
        { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      ],
      ports: [{ name: "http", containerPort: 8080 }],
      readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
    },
  ]);
  await until(async () => expect((await stateOf("web"))?.state?.running).toBeDefined());
  const startedAfterMs = Date.now() - boundAt;
  const pod = await untilReady("web");
  expect(startedAfterMs).toBeLessThan(500);
  expect(pod.status).toMatchObject({
    ...{ phase: "Running", hostIP: kubelet.hostIP, qosClass: "BestEffort" },
    containerStatuses: [
      {
        name: "c0",
        ready: true,
        started: true,
        restartCount: 0,
        containerID: expect.stringMatching(/^sandbox:\/\/\w{64}$/),
      },
    ],
  });
  const port = JSON.parse(pod.metadata.annotations?.["sandbox.kubelet/ports"] ?? "{}")[8080] ?? 8080;
  expect(await (await fetch(`http://${pod.status?.podIP}:${port}/`)).text()).toBe("hello web\n");
  expect(await askKubelet("/containerLogs/shop/web/c0?tailLines=1")).toContain("Server is listening");
  const metrics = await askKubelet("/metrics/resource");
  expect(
    Number(
      /container_memory_working_set_bytes\{container="c0",namespace="shop",pod="web"\} (\d+)/.exec(
        metrics,
      )?.[1],
    ),
  ).toBeGreaterThan(1e6);
  expect(metrics).toMatch(/^node_cpu_usage_seconds_total [\d.]+ \d+$/m);
  await until(async () =>
    expect(await eventReasons()).toEqual(expect.arrayContaining(["Pulled", "Created", "Started"])),
  );

  await client.request("DELETE", `${pods}/web`);
  await untilGone("web");
  await until(async () => expect(existsSync(join(dir, "node-1/pods", pod.metadata.uid ?? ""))).toBe(false));
  // Told beside the deletion, not before it.
  await until(async () => expect(await eventReasons()).toContain("Killing"));
});

test("init containers run in order before the others, and files of volumes are shared", async () => {
  const mounts = {
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "conf", mountPath: "/etc/conf" },
    ],
  };
  await client.request("POST", "/api/v1/namespaces/shop/secrets", {
    metadata: { name: "keys" },
    data: { key: Buffer.from("k1").toString("base64") },
  });
  await bind("job", [shell("cat data/log etc/conf/renamed; ls -l etc/conf/", mounts)], {
    restartPolicy: "Never",
    initContainers: [
      { name: "one", ...shell("sleep 0.1; echo one >> data/log", mounts) },
      { name: "two", ...shell("echo two >> data/log", mounts) },
    ] as Container[],
    volumes: [
      { name: "data", emptyDir: {} },
      {
        name: "conf",
        secret: { secretName: "keys", items: [{ key: "key", path: "renamed" }], defaultMode: 0o400 },
      },
    ],
  });
  const pod = await untilPhase("job", "Succeeded");
  expect(pod.status?.initContainerStatuses?.map(({ state }) => state?.terminated?.reason)).toEqual([
    "Completed",
    "Completed",
  ]);
  const output = await askKubelet("/containerLogs/shop/job/c0");
  expect(output).toContain("one\ntwo\nk1");
  expect(output).toContain("-r--------");
});

test("a missing Secret holds the container back, and its arrival starts it at once", async () => {
  const env = [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "late", key: "password" } } }];
  await bind("waiting", [shell('echo "got $PASSWORD"; sleep 60', { env })]);
  await until(async () =>
    expect((await stateOf("waiting"))?.state?.waiting).toEqual({
      reason: "CreateContainerConfigError",
      message: 'secret "late" not found',
    }),
  );
  await client.request("POST", "/api/v1/namespaces/shop/secrets", {
    metadata: { name: "late" },
    data: { password: Buffer.from("pw").toString("base64") },
  });
  await untilPhase("waiting", "Running");
  await until(async () => expect(await askKubelet("/containerLogs/shop/waiting/c0")).toBe("got pw\n"));
});

const postgresSpec = {
  containers: [
    {
      name: "postgres",
      image: "postgres:18",
      args: ["postgres", "-c", "max_connections=20"],
      ports: [{ containerPort: 5432 }],
      env: [
        { name: "POSTGRES_PASSWORD_FILE", value: "/secrets/password" },
        { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
      ],
      volumeMounts: [
        { name: "data", mountPath: "/var/lib/postgresql/data" },
        { name: "secret", mountPath: "/secrets" },
      ],
      readinessProbe: {
        exec: { command: ["sh", "-c", "exec pg_isready -U postgres -h 127.0.0.1 -p 5432"] },
        periodSeconds: 1,
      },
    },
  ],
  volumes: [{ name: "secret", secret: { secretName: "postgres" } }],
};

const createPostgres = async (): Promise<void> => {
  const create = (path: string, body: object) => client.request("POST", path, body);
  const metadata = { name: "postgres" };
  const labels = { app: "postgres" };
  await create("/api/v1/namespaces/shop/services", {
    metadata,
    spec: { clusterIP: "None", selector: labels, ports: [{ port: 5432 }] },
  });
  await create("/api/v1/namespaces/shop/secrets", {
    metadata,
    data: { password: Buffer.from("pw").toString("base64") },
  });
  await create("/apis/apps/v1/namespaces/shop/statefulsets", {
    metadata,
    spec: {
      ...{ replicas: 1, serviceName: "postgres", selector: { matchLabels: labels } },
      template: { metadata: { labels }, spec: postgresSpec },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  });
};

const findPostgres = async () => {
  const pod = await untilReady("postgres-0");
  const ports = JSON.parse(pod.metadata.annotations?.["sandbox.kubelet/ports"] ?? "{}") as Record<
    string,
    number
  >;
  return { uid: pod.metadata.uid, host: pod.status?.podIP ?? "", port: ports[5432] ?? 5432 };
};
const query = async ({ host, port }: { host: string; port: number }, statement: string) => {
  const database = new pg.Client({ host, port, user: "postgres", password: "pw", database: "postgres" });
  await database.connect();
  const { rows } = await database.query(statement).finally(() => database.end());
  return rows as unknown[];
};

test("PostgreSQL is found by its Service's name and keeps its data and address; both go with the claim", async () => {
  const url = "postgres-0.postgres.shop.svc.cluster.local:5432";
  await client.request("POST", "/api/v1/namespaces/shop/configmaps", {
    metadata: { name: "client" },
    data: { url },
  });
  await bind(
    "client",
    [shell("cat conf/url; echo; sleep 600", { volumeMounts: [{ name: "conf", mountPath: "/conf" }] })],
    {
      volumes: [{ name: "conf", configMap: { name: "client" } }],
    },
  );
  await until(async () =>
    expect((await stateOf("client"))?.state?.waiting?.message).toBe(
      "waiting for an endpoint of postgres-0.postgres.shop.svc",
    ),
  );
  await createPostgres();
  const first = await findPostgres();
  await until(async () =>
    expect(await askKubelet("/containerLogs/shop/client/c0")).toBe(`${first.host}:${first.port}\n`),
  );
  await query(first, "CREATE TABLE kept AS SELECT 7 AS answer");

  await client.request("DELETE", `${pods}/postgres-0`);
  const second = await until(async () => {
    const found = await findPostgres();
    expect(found.uid).not.toBe(first.uid);
    return found;
  });
  expect(second.host).toBe(first.host);
  expect(await query(second, "SELECT answer FROM kept")).toEqual([{ answer: 7 }]);

  const volumesDir = join(dir, "node-1/volumes");
  expect(readdirSync(volumesDir)).toHaveLength(1);
  await client.request("DELETE", "/apis/apps/v1/namespaces/shop/statefulsets/postgres");
  await untilGone("postgres-0");
  await client.request("DELETE", "/api/v1/namespaces/shop/persistentvolumeclaims/data-postgres-0");
  await until(async () => expect(readdirSync(volumesDir)).toEqual([]));
});
