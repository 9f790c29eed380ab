import { type Fields, fieldsIn, isFields, listIn } from "../object.ts";
import { forbidden } from "../status-error.ts";
import type { Admission } from "./admission.ts";

/** What a check looks at: the pod's spec, its security context and its containers with theirs. */
interface Subject {
  spec: Fields;
  podContext: Fields;
  containers: { name: string; container: Fields; context: Fields }[];
}

/** Says what is wrong, or nothing. */
type Check = (subject: Subject) => string | undefined;

const quote = (names: string[]) => names.map((name) => `"${name}"`).join(", ");
const plural = (names: unknown[], word: string) => (names.length === 1 ? word : `${word}s`);

function offending(subject: Subject, isBad: (context: Fields, container: Fields) => boolean): string[] {
  return subject.containers
    .filter(({ context, container }) => isBad(context, container))
    .map(({ name }) => name);
}

function containersThat(rule: {
  label: string;
  ending: string;
  isBad: (context: Fields, container: Fields) => boolean;
}): Check {
  return (subject) => {
    const names = offending(subject, rule.isBad);
    return names.length
      ? `${rule.label} (${plural(names, "container")} ${quote(names)} ${rule.ending})`
      : undefined;
  };
}

const hostNamespaces: Check = ({ spec }) => {
  const used = ["hostNetwork", "hostPID", "hostIPC"].filter((name) => spec[name] === true);
  return used.length ? `host namespaces (${used.map((name) => `${name}=true`).join(", ")})` : undefined;
};

const hostPath: Check = ({ spec }) => {
  const names = listIn(spec.volumes)
    .filter((volume) => volume.hostPath)
    .map((volume) => String(volume.name));
  return names.length ? `hostPath volumes (${plural(names, "volume")} ${quote(names)})` : undefined;
};

const hostPorts: Check = (subject) => {
  const ports = subject.containers
    .flatMap(({ container }) => listIn(container.ports).map((port) => Number(port.hostPort ?? 0)))
    .filter((port) => port > 0);
  const names = offending(subject, (_, container) =>
    listIn(container.ports).some((port) => Number(port.hostPort ?? 0) > 0),
  );
  return names.length
    ? `hostPort (${plural(names, "container")} ${quote(names)} ${plural(names, "use")} ${plural(ports, "hostPort")} ${ports.join(", ")})`
    : undefined;
};

const BASELINE_CAPABILITIES = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);

const capabilitiesOf = (context: Fields, part: string): string[] => {
  const list = fieldsIn(context.capabilities)[part];
  return Array.isArray(list) ? list.map(String) : [];
};

const BASELINE: Check[] = [
  hostNamespaces,
  containersThat({
    label: "privileged",
    ending: "must not set securityContext.privileged=true",
    isBad: (context) => context.privileged === true,
  }),
  containersThat({
    label: "non-default capabilities",
    ending: "must not include non-default capabilities in securityContext.capabilities.add",
    isBad: (context) => capabilitiesOf(context, "add").some((name) => !BASELINE_CAPABILITIES.has(name)),
  }),
  hostPath,
  hostPorts,
  containersThat({
    label: "seccompProfile",
    ending: 'must not set securityContext.seccompProfile.type to "Unconfined"',
    isBad: (context) => fieldsIn(context.seccompProfile).type === "Unconfined",
  }),
  containersThat({
    label: "procMount",
    ending: 'must not set securityContext.procMount to "Unmasked"',
    isBad: (context) => context.procMount !== undefined && context.procMount !== "Default",
  }),
];

const RESTRICTED_VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
  "image",
]);

const volumeTypes: Check = ({ spec }) => {
  const bad = listIn(spec.volumes).flatMap((volume) => {
    const type = Object.keys(volume).find((name) => name !== "name");
    return type && !RESTRICTED_VOLUMES.has(type) ? [{ name: String(volume.name), type }] : [];
  });
  if (bad.length === 0) return undefined;
  const types = [...new Set(bad.map(({ type }) => type))];
  const names = bad.map(({ name }) => name);
  return `restricted volume types (${plural(names, "volume")} ${quote(names)} ${names.length === 1 ? "uses" : "use"} restricted volume ${plural(types, "type")} ${quote(types)})`;
};

const runAsNonRoot: Check = (subject) => {
  const { podContext } = subject;
  const names = offending(subject, (context) => (context.runAsNonRoot ?? podContext.runAsNonRoot) !== true);
  return names.length
    ? `runAsNonRoot != true (pod or ${plural(names, "container")} ${quote(names)} must set securityContext.runAsNonRoot=true)`
    : undefined;
};

const runAsRoot: Check = (subject) => {
  if (subject.podContext.runAsUser === 0) return "runAsUser=0 (pod must not set runAsUser=0)";
  const names = offending(subject, (context) => context.runAsUser === 0);
  return names.length
    ? `runAsUser=0 (${plural(names, "container")} ${quote(names)} must not set runAsUser=0)`
    : undefined;
};

const seccomp: Check = (subject) => {
  const isGood = (context: Fields) =>
    ["RuntimeDefault", "Localhost"].includes(String(fieldsIn(context.seccompProfile).type));
  const names = offending(
    subject,
    (context) => !isGood(isFields(context.seccompProfile) ? context : subject.podContext),
  );
  return names.length
    ? `seccompProfile (pod or ${plural(names, "container")} ${quote(names)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`
    : undefined;
};

/** The restricted level replaces the baseline checks it is stricter than. */
const RESTRICTED: Check[] = [
  ...BASELINE.filter((_, index) => ![2, 3, 5].includes(index)),
  containersThat({
    label: "allowPrivilegeEscalation != false",
    ending: "must set securityContext.allowPrivilegeEscalation=false",
    isBad: (context) => context.allowPrivilegeEscalation !== false,
  }),
  containersThat({
    label: "unrestricted capabilities",
    ending: 'must set securityContext.capabilities.drop=["ALL"]',
    isBad: (context) =>
      !capabilitiesOf(context, "drop").includes("ALL") ||
      capabilitiesOf(context, "add").some((name) => name !== "NET_BIND_SERVICE"),
  }),
  volumeTypes,
  runAsNonRoot,
  runAsRoot,
  seccomp,
];

const LEVELS: Record<string, Check[]> = { baseline: BASELINE, restricted: RESTRICTED };

/** Everything in the pod's spec that the Pod Security Standards' level does not allow. */
export function podSecurityViolations(level: string, spec: Fields): string[] {
  const lists = [...listIn(spec.initContainers), ...listIn(spec.containers)];
  const containers = lists.map((container) => ({
    name: String(container.name),
    container,
    context: fieldsIn(container.securityContext),
  }));
  const subject: Subject = { spec, podContext: fieldsIn(spec.securityContext), containers };
  return (LEVELS[level] ?? []).flatMap((check) => check(subject) ?? []);
}

/** Refuses with 403 pods that break the level in the namespace's `pod-security.kubernetes.io/enforce` label. */
export function checkPodSecurity({ store, resource, object, before }: Admission): void {
  if (resource.storage !== "pods" || before) return;
  const namespace = store.find("namespaces", { name: object.metadata.namespace ?? "" });
  const labels = namespace?.object.metadata.labels ?? {};
  const level = labels["pod-security.kubernetes.io/enforce"] ?? "privileged";
  const found = podSecurityViolations(level, fieldsIn(object.spec));
  if (found.length === 0) return;
  const version = labels["pod-security.kubernetes.io/enforce-version"] ?? "latest";
  throw forbidden(resource, object.metadata.name, {
    message: `violates PodSecurity "${level}:${version}": ${found.join(", ")}`,
  });
}
