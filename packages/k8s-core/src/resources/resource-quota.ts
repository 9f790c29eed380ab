import type { DesiredObject } from "../client/shapes.ts";
import { namesOf } from "../tenant/names.ts";
import type { ResourceBudget } from "../tenant/tenant.ts";
import { jobBudget } from "./job.ts";
import { buildMetadata, type Place } from "./place.ts";
import type { PostgresSize } from "./postgres-container.ts";
import { probeSize } from "./probe-job.ts";
import { bytes, cpu } from "./quantities.ts";

// A pod that ends still counts, and its successor must not wait for it: room for two, and for a probe beside them.
const podsAtOnce = 2;
const { requests, limits } = probeSize;

const nothing = { cpuMillicores: 0, memoryBytes: 0, storageBytes: 0 };
const noJob = { cpuRequestMillicores: 0, cpuLimitMillicores: 0, memoryRequestBytes: 0, memoryLimitBytes: 0 };

/** What a tenant's namespace may use at most: its plan's budget and, where it has one, its own database server. */
export function buildResourceQuota(
  place: Place,
  budget: ResourceBudget,
  ownServer?: PostgresSize,
): DesiredObject {
  const server = ownServer ?? nothing;
  const job = ownServer ? jobBudget : noJob; // its template is made beside it
  const total = (perPod: number, ...others: number[]) =>
    others.reduce((sum, other) => sum + other, perPod * podsAtOnce);
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: buildMetadata(place, namesOf(place.application).limits, "isolation"),
    spec: {
      hard: {
        "requests.cpu": cpu(
          total(
            budget.cpuRequestMillicores,
            job.cpuRequestMillicores,
            server.cpuMillicores,
            requests.cpuMillicores,
          ),
        ),
        "limits.cpu": cpu(
          total(
            budget.cpuLimitMillicores,
            job.cpuLimitMillicores,
            server.cpuMillicores,
            limits.cpuMillicores,
          ),
        ),
        "requests.memory": bytes(
          total(budget.memoryRequestBytes, job.memoryRequestBytes, server.memoryBytes, requests.memoryBytes),
        ),
        "limits.memory": bytes(
          total(budget.memoryLimitBytes, job.memoryLimitBytes, server.memoryBytes, limits.memoryBytes),
        ),
        "requests.storage": bytes(budget.filesBytes + server.storageBytes),
        persistentvolumeclaims: ownServer ? "2" : "1",
        pods: ownServer ? "7" : "5",
        services: "4",
        "services.nodeports": "0",
        "services.loadbalancers": "0",
        secrets: "10",
        configmaps: "10",
        "count/deployments.apps": "2",
        "count/statefulsets.apps": ownServer ? "1" : "0",
        "count/jobs.batch": "4",
        "count/ingresses.networking.k8s.io": "4",
      },
    },
  };
}
