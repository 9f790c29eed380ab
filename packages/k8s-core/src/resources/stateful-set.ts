import type { ContainerDescription } from "../application.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { buildLabels, buildSelectorLabels } from "../tenant/labels.ts";
import { postgresName, postgresPort } from "../tenant/names.ts";
import { buildClaimSpec } from "./persistent-volume-claim.ts";
import { buildMetadata, type Place } from "./place.ts";
import { buildPodTemplate } from "./pod-template.ts";
import type { PostgresSize } from "./postgres-container.ts";
import { bytes, cpu } from "./quantities.ts";
import { buildScheduling } from "./scheduling.ts";

export interface StatefulSetInput {
  container: ContainerDescription & { dataPath: string };
  size: PostgresSize;
  storageClass?: string | undefined;
  priorityClass?: string | undefined;
}

/** A PostgreSQL server with a volume of its own. */
export function buildStatefulSet(place: Place, input: StatefulSetInput): DesiredObject {
  const { owner, application } = place;
  const { container, size, storageClass, priorityClass } = input;
  const probe = { tcpSocket: { port: postgresName } };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: buildMetadata(place, postgresName, "database"),
    spec: {
      replicas: 1,
      serviceName: postgresName,
      selector: { matchLabels: buildSelectorLabels(owner, application) },
      template: buildPodTemplate({
        name: postgresName,
        labels: buildLabels({ owner, application, component: "database" }),
        container,
        secretName: postgresName,
        configMapName: postgresName,
        data: { path: container.dataPath },
        resources: {
          // Guaranteed: a server that others depend on is neither throttled nor evicted first.
          requests: { cpu: cpu(size.cpuMillicores), memory: bytes(size.memoryBytes) },
          limits: { cpu: cpu(size.cpuMillicores), memory: bytes(size.memoryBytes) },
        },
        containerExtras: {
          ports: [{ name: postgresName, containerPort: postgresPort, protocol: "TCP" }],
          // The port opens only when initdb is through: the image initialises over a socket.
          startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 300 },
          readinessProbe: { ...probe, periodSeconds: 5 },
          livenessProbe: { ...probe, periodSeconds: 15, failureThreshold: 6 },
        },
        // The image's SIGINT is a fast shutdown; a checkpoint of a large cache takes its time.
        podExtras: {
          terminationGracePeriodSeconds: 120,
          ...buildScheduling({ component: "database", priorityClass }),
        },
      }),
      volumeClaimTemplates: [
        {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name: "data", labels: buildLabels({ owner, application, component: "database" }) },
          spec: buildClaimSpec({ sizeBytes: size.storageBytes, storageClass }),
        },
      ],
    },
  };
}
