import type { HttpProbe, InstanceDescription } from "../application.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { annotationKeys, buildLabels, buildSelectorLabels } from "../tenant/labels.ts";
import { namesOf } from "../tenant/names.ts";
import type { ResourceBudget, RunState } from "../tenant/tenant.ts";
import { buildMetadata, type Place } from "./place.ts";
import { buildPodTemplate } from "./pod-template.ts";
import { bytes, cpu } from "./quantities.ts";
import { buildScheduling } from "./scheduling.ts";

export interface DeploymentInput {
  instance: InstanceDescription;
  budget: ResourceBudget;
  runState: RunState;
  priorityClass?: string | undefined;
  /** ISO 8601. */
  restartedAt: string | undefined;
}

/** The instance itself: one pod, never two at once on the same volume. */
export function buildDeployment(
  place: Place,
  { instance, budget, runState, restartedAt, priorityClass }: DeploymentInput,
): DesiredObject {
  const { owner, application } = place;
  const names = namesOf(application);
  const selector = { matchLabels: buildSelectorLabels(owner, application) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: buildMetadata(place, names.workload, "workload"),
    spec: {
      replicas: runState === "Running" ? 1 : 0,
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: 300,
      strategy: { type: "Recreate" },
      selector,
      template: buildPodTemplate({
        name: application,
        labels: buildLabels({ owner, application, component: "workload" }),
        ...(restartedAt && { annotations: { [annotationKeys.restartedAt]: restartedAt } }),
        container: instance,
        secretName: names.workload,
        configMapName: names.workload,
        data: { path: instance.dataPath, claimName: names.data },
        resources: {
          requests: { cpu: cpu(budget.cpuRequestMillicores), memory: bytes(budget.memoryRequestBytes) },
          limits: { cpu: cpu(budget.cpuLimitMillicores), memory: bytes(budget.memoryLimitBytes) },
        },
        containerExtras: {
          ports: instance.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: "TCP" })),
          ...buildProbes(instance.probes),
        },
        podExtras: {
          terminationGracePeriodSeconds: instance.terminationGraceSeconds,
          ...buildScheduling({ component: "workload", priorityClass }),
        },
      }),
    },
  };
}

function buildProbes({ startup, readiness, liveness }: InstanceDescription["probes"]) {
  const httpGet = ({ path, port }: HttpProbe) => ({ path, port });
  return {
    // Asked every second while starting; a kubelet asks for readiness as soon as this one has succeeded.
    startupProbe: { httpGet: httpGet(startup), periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 300 },
    readinessProbe: { httpGet: httpGet(readiness), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    livenessProbe: { httpGet: httpGet(liveness), periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 6 },
  };
}
