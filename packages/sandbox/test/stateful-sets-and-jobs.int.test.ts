import { expect, test, vi } from "vitest";
import type { Job, KubeList, PersistentVolumeClaim, Pod, StatefulSet } from "../src/client/kube-types.ts";
import {
  apps,
  at,
  batch,
  createDeployment,
  template,
  untilComplete,
  useWorld,
  wait,
} from "./controllers-world.ts";

const world = useWorld();

test("a StatefulSet comes in order with a bound claim for each pod, and keeps names and claims", async () => {
  const order: string[] = [];
  world.pods.listen((type, { metadata }) => {
    if (type === "ADDED") order.push(metadata.name);
  });
  const claim = {
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  await world.client.request("POST", `${apps}/statefulsets`, {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "work" },
    spec: {
      replicas: 2,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: template("db"),
      volumeClaimTemplates: [claim],
    },
  });
  const untilReady = (): Promise<StatefulSet> =>
    vi.waitFor(async () => {
      const set = await world.client.request<StatefulSet>("GET", `${apps}/statefulsets/db`);
      expect(set.status).toMatchObject({
        replicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
        updatedReplicas: 2,
      });
      return set;
    }, wait);
  await untilReady();
  expect(order).toEqual(["db-0", "db-1"]);
  const { items } = await world.client.request<KubeList<PersistentVolumeClaim>>(
    "GET",
    `${at}/persistentvolumeclaims`,
  );
  expect(items.map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([
    ["data-db-0", "Bound"],
    ["data-db-1", "Bound"],
  ]);
  const before = world.pods.get("work", "db-0")?.metadata.uid;
  await world.client.request("DELETE", `${at}/pods/db-0`);
  await vi.waitFor(() => expect(world.pods.get("work", "db-0")?.metadata.uid).not.toBe(before), wait);
  const set = await untilReady();
  await world.client.request("PATCH", `${apps}/statefulsets/db`, {
    spec: { template: template("db", { new: "1" }) },
  });
  await vi.waitFor(async () => {
    const { status } = await world.client.request<StatefulSet>("GET", `${apps}/statefulsets/db`);
    expect(status).toMatchObject({
      readyReplicas: 2,
      updatedReplicas: 2,
      currentRevision: status?.updateRevision,
    });
    expect(status?.updateRevision).not.toBe(set.status?.updateRevision);
  }, wait);
});

test("a volume goes when its claim does", async () => {
  await world.client.request("POST", `${at}/persistentvolumeclaims`, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "files", namespace: "work" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const volumes = async (): Promise<string[]> =>
    (await world.client.request<KubeList<Pod>>("GET", "/api/v1/persistentvolumes")).items.map(
      ({ metadata }) => metadata.name,
    );
  await vi.waitFor(async () => expect(await volumes()).toHaveLength(1), wait);
  await world.client.request("DELETE", `${at}/persistentvolumeclaims/files`);
  await vi.waitFor(async () => expect(await volumes()).toHaveLength(0), wait);
});

const createJob = (spec: Partial<Job["spec"]> = {}): Promise<Job> => {
  const { spec: podSpec, ...rest } = template("job");
  return world.client.request("POST", `${batch}/jobs`, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "init", namespace: "work" },
    spec: { template: { ...rest, spec: { ...podSpec, restartPolicy: "Never" } }, ...spec },
  });
};
const finished =
  (phase: "Succeeded" | "Failed") =>
  (pod: Pod): Pod["status"] => ({ ...pod.status, phase });

test("a Job completes with its pod, and goes after its time to live", async () => {
  world.runPod = finished("Succeeded");
  await createJob({ ttlSecondsAfterFinished: 100 });
  await vi.waitFor(async () => {
    const job = await world.client.request<Job>("GET", `${batch}/jobs/init`);
    expect(job.status).toMatchObject({ succeeded: 1, completionTime: expect.any(String) });
    expect(job.status?.conditions).toContainEqual(
      expect.objectContaining({ type: "Complete", status: "True" }),
    );
  }, wait);
  world.clockOffsetMs = 101_000;
  await world.client.request("PATCH", `${batch}/jobs/init`, { metadata: { annotations: { look: "again" } } });
  await vi.waitFor(async () => {
    expect((await world.client.request<KubeList<Job>>("GET", `${batch}/jobs`)).items).toHaveLength(0);
    expect(world.pods.list("work")).toHaveLength(0);
  }, wait);
});

test("a Job whose pod fails once too often is Failed", async () => {
  world.runPod = finished("Failed");
  await createJob({ backoffLimit: 0 });
  await vi.waitFor(async () => {
    const job = await world.client.request<Job>("GET", `${batch}/jobs/init`);
    expect(job.status?.conditions).toContainEqual(
      expect.objectContaining({ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }),
    );
    expect(job.status?.failed).toBe(1);
  }, wait);
});

test("a namespace with workloads, claims and Jobs in it comes to its end", async () => {
  await createDeployment(world);
  await createJob();
  await world.client.request("POST", `${apps}/statefulsets`, {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "work" },
    spec: {
      replicas: 1,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: template("db"),
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { resources: { requests: { storage: "1Gi" } }, accessModes: ["ReadWriteOnce"] },
        },
      ],
    },
  });
  await untilComplete(world, 1);
  await world.client.request("DELETE", "/api/v1/namespaces/work");
  await vi.waitFor(async () => {
    const gone = await world.client
      .request("GET", "/api/v1/namespaces/work")
      .catch((error: unknown) => error);
    expect(gone).toMatchObject({ code: 404 });
    const { items } = await world.client.request<KubeList<Pod>>("GET", "/api/v1/persistentvolumes");
    expect(items).toHaveLength(0);
  }, wait);
});
