import { expect, it } from "vitest";
import type { Job, StatefulSet } from "../client/shapes.ts";
import { evaluateJob, evaluatePool } from "./evaluate-pool.ts";
import type { Snapshot } from "./snapshot.ts";

const snapshot = (content: Partial<Snapshot>) =>
  ({ deployments: [], statefulSets: [], jobs: [], pods: [], ...content }) as unknown as Snapshot;

const server = (status: object): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "postgres", namespace: "postgres-shared-1", generation: 1 },
  status,
});
const job = (...types: string[]): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "template", namespace: "postgres-shared-1" },
  status: { conditions: types.map((type) => ({ type, status: "True", reason: "BackoffLimitExceeded" })) },
});

it("holds a server ready when its newest specification is", () => {
  expect(evaluatePool(snapshot({})).kind).toBe("starting");
  expect(evaluatePool(snapshot({ statefulSets: [server({ readyReplicas: 1 })] })).kind).toBe("starting");
  const ready = server({ readyReplicas: 1, observedGeneration: 1 });
  expect(evaluatePool(snapshot({ statefulSets: [ready] }))).toEqual({ kind: "ready" });
});

it("tells how far a Job is", () => {
  expect(evaluateJob(snapshot({}), "template").kind).toBe("missing");
  expect(evaluateJob(snapshot({ jobs: [job()] }), "template").kind).toBe("running");
  expect(evaluateJob(snapshot({ jobs: [job("SuccessCriteriaMet", "Complete")] }), "template").kind).toBe(
    "succeeded",
  );
  expect(evaluateJob(snapshot({ jobs: [job("Failed")] }), "template")).toMatchObject({
    kind: "failed",
    problem: { reason: "BackoffLimitExceeded" },
  });
});
