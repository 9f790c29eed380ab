import type { DesiredObject } from "../client/shapes.ts";
import { labelKeys, platformName } from "../tenant/labels.ts";
import { bytes, cpu } from "./quantities.ts";

const mebibyte = 2 ** 20;

/** What one probe takes; a tenant's quota has room for it. */
export const probeSize = {
  requests: { cpuMillicores: 20, memoryBytes: 64 * mebibyte },
  limits: { cpuMillicores: 500, memoryBytes: 256 * mebibyte },
};

/** Value of `app.kubernetes.io/name`: another than any application's, so that no Service selects a probe. */
export const probeName = "isolation-probe";

/** Where a probe leaves what it found; its pod's status then carries it, up to 4,096 bytes. */
export const probeResultPath = "/dev/termination-log";

export interface ProbeJobInput {
  namespace: string;
  name: string;
  /** The platform's own image, the command in it, and its arguments. */
  image: string;
  command: string[];
  args: string[];
  /** For whom it probes: a tenant's id, or `canary`. */
  probe: string;
  /** In a tenant's namespace: the tenant, whose network policies then hold for the probe. */
  tenantId?: string;
  canary?: "open" | "closed";
  /** It answers HTTP there until it is removed; its arguments may name its address as `$(POD_IP)`. */
  listenPort?: number;
  timeoutSeconds?: number; // 90 s
}

// A run that was killed leaves nothing behind for longer than this.
const keptSeconds = 300;
const userId = 1000;

/** A short-lived pod that tries what an attacker would; it holds no Secret, no token and no volume. */
export function buildProbeJob(input: ProbeJobInput): DesiredObject {
  const { namespace, name, timeoutSeconds = 90 } = input;
  const labels = buildProbeLabels(input);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: timeoutSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: { metadata: { labels }, spec: buildPodSpec(input) },
    },
  };
}

function buildProbeLabels({ probe, tenantId, canary }: ProbeJobInput): Record<string, string> {
  return {
    "app.kubernetes.io/name": probeName,
    "app.kubernetes.io/component": "probe",
    "app.kubernetes.io/part-of": platformName,
    "app.kubernetes.io/managed-by": platformName,
    [labelKeys.probe]: probe,
    ...(tenantId === undefined ? {} : { [labelKeys.tenant]: tenantId }),
    ...(canary === undefined ? {} : { [labelKeys.canary]: canary }),
  };
}

function buildPodSpec({ image, command, args, listenPort }: ProbeJobInput) {
  const { requests, limits } = probeSize;
  const size = ({ cpuMillicores, memoryBytes }: typeof requests) => ({
    cpu: cpu(cpuMillicores),
    memory: bytes(memoryBytes),
  });
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: userId,
      runAsGroup: userId,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "probe",
        image,
        command,
        args,
        terminationMessagePath: probeResultPath,
        terminationMessagePolicy: "FallbackToLogsOnError",
        resources: { requests: size(requests), limits: size(limits) },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        ...(listenPort === undefined ? {} : buildListener(listenPort)),
      },
    ],
  };
}

const buildListener = (port: number) => ({
  env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
  ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
  readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1, timeoutSeconds: 3 },
});

/** A pod that Pod Security `restricted` must refuse; or, hardened, one that it must let pass. */
export function buildAdmissionSample(
  input: Pick<ProbeJobInput, "namespace" | "image"> & { isPrivileged: boolean },
): DesiredObject {
  const { namespace, image, isPrivileged } = input;
  const name = "isolation-admission";
  const spec = buildPodSpec({ namespace, name, image, command: [], args: [], probe: "" });
  const [container] = spec.containers;
  const securityContext = isPrivileged ? { privileged: true } : container!.securityContext;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { "app.kubernetes.io/managed-by": platformName } },
    spec: { ...spec, containers: [{ ...container, securityContext }] },
  };
}
