import { canonicalQuantities } from "../admission/quantity.ts";
import { ensureFields, type Fields, fieldsIn, isFields, listIn } from "../object.ts";

/** Sets the fields that are absent. */
export function setDefaults(target: Fields, defaults: Fields): void {
  for (const [name, value] of Object.entries(defaults)) target[name] ??= value;
}

const PROBE = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

function defaultProbe(probe: unknown): void {
  if (!isFields(probe)) return;
  setDefaults(probe, PROBE);
  if (isFields(probe.httpGet)) setDefaults(probe.httpGet, { path: "/", scheme: "HTTP" });
  if (isFields(probe.grpc)) setDefaults(probe.grpc, { service: "" });
}

function defaultEnv(container: Fields): void {
  for (const variable of listIn(container.env)) {
    const fieldRef = fieldsIn(variable.valueFrom).fieldRef;
    if (isFields(fieldRef)) setDefaults(fieldRef, { apiVersion: "v1" });
  }
}

function defaultResources(container: Fields): void {
  const resources = ensureFields(container, "resources");
  for (const part of ["limits", "requests"]) canonicalQuantities(resources[part]);
  if (isFields(resources.limits)) {
    setDefaults(ensureFields(resources, "requests"), resources.limits);
  }
}

function imagePullPolicy(image: unknown): string {
  const name = String(image ?? "")
    .split("/")
    .at(-1)!;
  const isLatest = name.endsWith(":latest") || !/[:@]/.test(name);
  return isLatest ? "Always" : "IfNotPresent";
}

function defaultContainer(container: Fields): void {
  setDefaults(container, {
    imagePullPolicy: imagePullPolicy(container.image),
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  });
  for (const port of listIn(container.ports)) setDefaults(port, { protocol: "TCP" });
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) defaultProbe(container[probe]);
  const { postStart, preStop } = fieldsIn(container.lifecycle);
  for (const hook of [postStart, preStop]) {
    const httpGet = fieldsIn(hook).httpGet;
    if (isFields(httpGet)) setDefaults(httpGet, { path: "/", scheme: "HTTP" });
  }
  defaultEnv(container);
  defaultResources(container);
}

const MODE_0644 = 0o644;

function defaultProjected(projected: Fields): void {
  setDefaults(projected, { defaultMode: MODE_0644 });
  for (const source of listIn(projected.sources)) {
    if (isFields(source.serviceAccountToken))
      setDefaults(source.serviceAccountToken, { expirationSeconds: 3600 });
    for (const item of listIn(fieldsIn(source.downwardAPI).items)) {
      if (isFields(item.fieldRef)) setDefaults(item.fieldRef, { apiVersion: "v1" });
    }
  }
}

function defaultVolume(volume: Fields): void {
  for (const source of ["configMap", "secret", "downwardAPI"]) {
    if (isFields(volume[source])) setDefaults(volume[source], { defaultMode: MODE_0644 });
  }
  if (isFields(volume.projected)) defaultProjected(volume.projected);
  if (isFields(volume.hostPath)) setDefaults(volume.hostPath, { type: "" });
}

/** Defaults of a pod's spec, as of any pod template. */
export function defaultPodSpec(spec: Fields): void {
  setDefaults(spec, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  });
  if (spec.serviceAccountName) spec.serviceAccount ??= spec.serviceAccountName;
  for (const container of [...listIn(spec.containers), ...listIn(spec.initContainers)])
    defaultContainer(container);
  for (const volume of listIn(spec.volumes)) defaultVolume(volume);
}

/** `metadata` (with creationTimestamp null as the real server writes it) and spec of a template inside a workload. */
export function defaultTemplate(template: unknown): void {
  if (!isFields(template)) return;
  template.metadata ??= {};
  if (isFields(template.spec)) defaultPodSpec(template.spec);
}

/** Guaranteed, Burstable or BestEffort, by the containers' cpu and memory. */
export function qosClass(spec: Fields): string {
  const resources = [...listIn(spec.containers), ...listIn(spec.initContainers)].map((container) => {
    const { requests, limits } = fieldsIn(container.resources);
    return { requests: fieldsIn(requests), limits: fieldsIn(limits) };
  });
  const names = ["cpu", "memory"];
  if (resources.every(({ requests, limits }) => names.every((name) => !requests[name] && !limits[name])))
    return "BestEffort";
  const isExact = resources.every(({ requests, limits }) =>
    names.every((name) => limits[name] && limits[name] === requests[name]),
  );
  return isExact ? "Guaranteed" : "Burstable";
}
