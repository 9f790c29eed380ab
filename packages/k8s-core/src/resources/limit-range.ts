import type { DesiredObject } from "../client/shapes.ts";
import { namesOf } from "../tenant/names.ts";
import type { ResourceBudget } from "../tenant/tenant.ts";
import { jobBudget } from "./job.ts";
import { buildMetadata, type Place } from "./place.ts";
import type { PostgresSize } from "./postgres-container.ts";
import { bytes, cpu } from "./quantities.ts";

/** What one container and one volume of a tenant may take, and get when they do not say. */
export function buildLimitRange(
  place: Place,
  budget: ResourceBudget,
  ownServer?: PostgresSize,
): DesiredObject {
  const limits = { cpu: cpu(budget.cpuLimitMillicores), memory: bytes(budget.memoryLimitBytes) };
  const requests = { cpu: cpu(budget.cpuRequestMillicores), memory: bytes(budget.memoryRequestBytes) };
  const job = ownServer ? jobBudget : { cpuLimitMillicores: 0, memoryLimitBytes: 0 };
  const { cpuMillicores = 0, memoryBytes = 0, storageBytes = 0 } = ownServer ?? {};
  const max = {
    cpu: cpu(Math.max(budget.cpuLimitMillicores, job.cpuLimitMillicores, cpuMillicores)),
    memory: bytes(Math.max(budget.memoryLimitBytes, job.memoryLimitBytes, memoryBytes)),
  };
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: buildMetadata(place, namesOf(place.application).limits, "isolation"),
    spec: {
      limits: [
        { type: "Container", default: limits, defaultRequest: requests, max },
        {
          type: "PersistentVolumeClaim",
          max: { storage: bytes(Math.max(budget.filesBytes, storageBytes)) },
        },
      ],
    },
  };
}
