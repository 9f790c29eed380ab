import type { ContainerDescription } from "../application.ts";
import { annotationKeys } from "../tenant/labels.ts";
import { buildFileMounts, hashFiles } from "./files.ts";

export interface PodTemplateInput {
  name: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  container: ContainerDescription;
  /** Holds the container's `secretFiles`. */
  secretName: string;
  /** Holds the container's `configFiles`. */
  configMapName: string;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  /** Ports, probes and whatever else belongs to this container. */
  containerExtras?: Record<string, unknown>;
  /** The persistent volume; without a claim it comes from the StatefulSet's template. */
  data?: { path: string; claimName?: string };
  podExtras?: Record<string, unknown>;
}

/** A pod that Pod Security `restricted` admits and that holds no credentials of the cluster. */
export function buildPodTemplate(input: PodTemplateInput) {
  const { name, labels, annotations, container, resources, containerExtras, podExtras } = input;
  const { volumes, volumeMounts } = buildVolumes(input);
  return {
    metadata: { labels, annotations: { ...annotations, [annotationKeys.configHash]: hashFiles(container) } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: container.userId,
        runAsGroup: container.groupId,
        fsGroup: container.groupId,
        // Without this every start walks through the whole volume.
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...podExtras,
      containers: [
        {
          name,
          image: container.image,
          ...(container.command ? { command: container.command } : {}),
          args: container.args,
          env: Object.entries(container.env).map(([key, value]) => ({ name: key, value })),
          resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          ...containerExtras,
          volumeMounts,
        },
      ],
      volumes,
    },
  };
}

const groupReadable = 0o440;

function buildVolumes({ container, secretName, configMapName, data }: PodTemplateInput) {
  const config = buildFileMounts("config", container.configFiles, (items) => ({
    configMap: { name: configMapName, items },
  }));
  const secret = buildFileMounts("secret", container.secretFiles, (items) => ({
    secret: { secretName, items, defaultMode: groupReadable },
  }));
  const scratch = container.scratchPaths.map((mountPath, index) => ({ name: `scratch-${index}`, mountPath }));
  const dataVolumes = data?.claimName
    ? [{ name: "data", persistentVolumeClaim: { claimName: data.claimName } }]
    : [];
  return {
    volumes: [
      ...config.volumes,
      ...secret.volumes,
      ...scratch.map(({ name }) => ({ name, emptyDir: { sizeLimit: "1Gi" } })),
      ...dataVolumes,
    ],
    volumeMounts: [
      ...config.volumeMounts,
      ...secret.volumeMounts,
      ...scratch,
      ...(data ? [{ name: "data", mountPath: data.path }] : []),
    ],
  };
}
