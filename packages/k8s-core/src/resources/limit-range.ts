import type { DesiredObject } from "../client/shapes.ts";
import { namesOf } from "../tenant/names.ts";
import type { ResourceBudget } from "../tenant/tenant.ts";
import { buildMetadata, type Place } from "./place.ts";
import { bytes, cpu } from "./quantities.ts";

/** What one container and one volume of a tenant may take, and get when they do not say. */
export function buildLimitRange(place: Place, budget: ResourceBudget): DesiredObject {
  const limits = { cpu: cpu(budget.cpuLimitMillicores), memory: bytes(budget.memoryLimitBytes) };
  const requests = { cpu: cpu(budget.cpuRequestMillicores), memory: bytes(budget.memoryRequestBytes) };
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: buildMetadata(place, namesOf(place.application).limits, "isolation"),
    spec: {
      limits: [
        { type: "Container", default: limits, defaultRequest: requests, max: limits },
        { type: "PersistentVolumeClaim", max: { storage: bytes(budget.filesBytes) } },
      ],
    },
  };
}
