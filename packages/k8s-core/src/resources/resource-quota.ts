import type { DesiredObject } from "../client/shapes.ts";
import { namesOf } from "../tenant/names.ts";
import type { ResourceBudget } from "../tenant/tenant.ts";
import { buildMetadata, type Place } from "./place.ts";
import { bytes, cpu } from "./quantities.ts";

// A pod that ends still counts, and its successor must not wait for it: room for two.
const podsAtOnce = 2;

/** What a tenant's namespace may use at most, from its plan. */
export function buildResourceQuota(place: Place, budget: ResourceBudget): DesiredObject {
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: buildMetadata(place, namesOf(place.application).limits, "isolation"),
    spec: {
      hard: {
        "requests.cpu": cpu(budget.cpuRequestMillicores * podsAtOnce),
        "limits.cpu": cpu(budget.cpuLimitMillicores * podsAtOnce),
        "requests.memory": bytes(budget.memoryRequestBytes * podsAtOnce),
        "limits.memory": bytes(budget.memoryLimitBytes * podsAtOnce),
        "requests.storage": bytes(budget.filesBytes),
        persistentvolumeclaims: "1",
        pods: "4",
        services: "4",
        "services.nodeports": "0",
        "services.loadbalancers": "0",
        secrets: "10",
        configmaps: "10",
        "count/deployments.apps": "2",
        "count/statefulsets.apps": "0",
        "count/jobs.batch": "4",
        "count/ingresses.networking.k8s.io": "4",
      },
    },
  };
}
