import { randomInt } from "node:crypto";
import { defaultPodSpec, setDefaults } from "../defaults/pod-defaults.ts";
import { type Fields, fieldsIn, isFields, listIn, valueAt } from "../object.ts";
import type { ObjectStore } from "../object-store.ts";
import { forbidden, invalid, invalidCause } from "../status-error.ts";
import type { Admission } from "./admission.ts";
import { defaultFromLimitRanges } from "./limit-range.ts";

const NODE_CONDITIONS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

function setPriority({ store, resource, object }: Admission, spec: Fields): void {
  const name = spec.priorityClassName;
  const classes = store.list("priorityclasses.scheduling.k8s.io").map((entry) => entry.object);
  const found = name
    ? classes.find((each) => each.metadata.name === name)
    : classes.find((each) => each.globalDefault === true);
  if (name && !found)
    throw forbidden(resource, object.metadata.name, {
      message: `no PriorityClass with name ${name} was found`,
    });
  if (found) spec.priorityClassName = found.metadata.name;
  setDefaults(spec, {
    priority: found?.value ?? 0,
    preemptionPolicy: found?.preemptionPolicy ?? "PreemptLowerPriority",
  });
}

function admitPod(admission: Admission): void {
  const { store, resource, object, before } = admission;
  const spec = fieldsIn(object.spec);
  if (before) return;
  setDefaults(spec, { serviceAccountName: "default" });
  spec.serviceAccount = spec.serviceAccountName;
  const { namespace = "", name } = object.metadata;
  const account = String(spec.serviceAccountName);
  if (!store.find("serviceaccounts", { namespace, name: account })) {
    const message = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw forbidden(resource, name, { message });
  }
  defaultFromLimitRanges(admission);
  defaultPodSpec(spec);
  setPriority(admission, spec);
  spec.tolerations ??= [];
  const tolerations = spec.tolerations as Fields[];
  for (const key of NODE_CONDITIONS) {
    const isTolerated = tolerations.some(
      (each) => each.key === key || (each.operator === "Exists" && !each.key),
    );
    if (!isTolerated)
      tolerations.push({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 });
  }
}

function usedAddresses(store: ObjectStore): Set<unknown> {
  return new Set(store.list("services").map((entry) => valueAt(entry.object, "spec.clusterIP")));
}

function allocate(used: Set<unknown>, make: () => string | number): string | number {
  for (;;) {
    const value = make();
    if (!used.has(value)) return value;
  }
}

const randomClusterIp = () => `10.152.${randomInt(128, 256)}.${randomInt(1, 255)}`;

function allocateNodePorts(store: ObjectStore, spec: Fields): void {
  if (spec.type !== "NodePort" && spec.type !== "LoadBalancer") return;
  const used = new Set(
    store
      .list("services")
      .flatMap((entry) => listIn(valueAt(entry.object, "spec.ports")).map((port) => port.nodePort)),
  );
  for (const port of listIn(spec.ports)) {
    port.nodePort ??= allocate(used, () => randomInt(30_000, 32_768));
    used.add(port.nodePort);
  }
}

function admitService({ store, resource, object, before }: Admission): void {
  const spec = fieldsIn(object.spec);
  if (spec.type === "ExternalName") return;
  const old = fieldsIn(before?.spec);
  if (old.clusterIP) setDefaults(spec, { clusterIP: old.clusterIP, clusterIPs: old.clusterIPs });
  if (!spec.clusterIP) spec.clusterIP = allocate(usedAddresses(store), randomClusterIp);
  else if (!before && spec.clusterIP !== "None" && usedAddresses(store).has(spec.clusterIP)) {
    const cause = invalidCause(
      "spec.clusterIPs",
      [spec.clusterIP],
      "failed to allocate IP: provided IP is already allocated",
    );
    throw invalid(resource, object.metadata.name, [cause]);
  }
  setDefaults(spec, { clusterIPs: [spec.clusterIP] });
  allocateNodePorts(store, spec);
}

function admitClaim({ store, object, before }: Admission): void {
  const spec = fieldsIn(object.spec);
  if (before || spec.storageClassName !== undefined) return;
  const annotation = "storageclass.kubernetes.io/is-default-class";
  const found = store
    .list("storageclasses.storage.k8s.io")
    .find((entry) => entry.object.metadata.annotations?.[annotation] === "true");
  if (found) spec.storageClassName = found.object.metadata.name;
}

/** What admission sets on an object: service account, priority, tolerations, addresses, default storage class. */
export function mutateObject(admission: Admission): void {
  if (!isFields(admission.object.spec)) return;
  if (admission.resource.storage === "pods") admitPod(admission);
  else if (admission.resource.storage === "services") admitService(admission);
  else if (admission.resource.storage === "persistentvolumeclaims") admitClaim(admission);
}
