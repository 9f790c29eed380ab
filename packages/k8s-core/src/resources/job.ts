import type { ContainerDescription } from "../application.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { buildLabels } from "../tenant/labels.ts";
import { buildConfigMap, buildSecret } from "./files.ts";
import { buildMetadata, type Place } from "./place.ts";
import { buildPodTemplate } from "./pod-template.ts";
import { bytes, cpu } from "./quantities.ts";

export interface JobInput {
  /** Name of the Job, its Secret and its ConfigMap; what a Job runs never changes, so other content needs another name. */
  name: string;
  container: ContainerDescription;
  timeoutSeconds?: number; // 15 min
  priorityClass?: string | undefined;
}

/** What a Job may take; a namespace with a quota has room for one. */
export const jobBudget = {
  cpuRequestMillicores: 250,
  cpuLimitMillicores: 2_000,
  memoryRequestBytes: 2 ** 29,
  memoryLimitBytes: 2 ** 31,
};

/** A container that runs to its end once: Secret, ConfigMap and Job, to be written in this order. */
export function buildJobObjects(place: Place, input: JobInput): DesiredObject[] {
  const { name, container, timeoutSeconds = 900, priorityClass } = input;
  const labels = buildLabels({ owner: place.owner, application: place.application, component: "job" });
  // Not the selector labels of the database server: its Service must not send connections here.
  const podLabels = { ...labels, "app.kubernetes.io/name": `${place.application}-job` };
  return [
    buildSecret(place, name, { files: container.secretFiles }),
    buildConfigMap(place, name, container.configFiles),
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: buildMetadata(place, name, "job"),
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: timeoutSeconds,
        ttlSecondsAfterFinished: 3600,
        template: buildPodTemplate({
          name: "job",
          labels: podLabels,
          container,
          secretName: name,
          configMapName: name,
          resources: {
            requests: {
              cpu: cpu(jobBudget.cpuRequestMillicores),
              memory: bytes(jobBudget.memoryRequestBytes),
            },
            limits: { cpu: cpu(jobBudget.cpuLimitMillicores), memory: bytes(jobBudget.memoryLimitBytes) },
          },
          podExtras: {
            restartPolicy: "Never",
            ...(priorityClass && { priorityClassName: priorityClass }),
          },
        }),
      },
    },
  ];
}
