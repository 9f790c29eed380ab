import { type Fields, fieldsIn, type KubeObject, listIn, textIn, valueAt } from "../object.ts";
import { formatAge, formatDuration } from "./format-age.ts";
import { podColumns } from "./pod-columns.ts";

/** Heading, cell, and priority (above 0: shown with `-o wide`). */
export type Column = [name: string, cell: (object: KubeObject, nowMs: number) => unknown, priority?: number];

const NONE = "<none>";
const path = (name: string, at: string, fallback: unknown = NONE): Column => [
  name,
  (object) => valueAt(object, at) ?? fallback,
];
const join = (values: unknown[], empty = NONE) => (values.length ? values.join(",") : empty);
const namesOf = (list: unknown, field = "name") => listIn(list).map((item) => item[field]);
const images: Column[] = [
  ["Containers", (object) => join(namesOf(valueAt(object, "spec.template.spec.containers"))), 1],
  ["Images", (object) => join(namesOf(valueAt(object, "spec.template.spec.containers"), "image")), 1],
];
const selectorText = (labels: unknown) =>
  join(Object.entries(fieldsIn(labels)).map(([key, value]) => `${key}=${value}`));
const selector: Column = [
  "Selector",
  (object) => selectorText(valueAt(object, "spec.selector.matchLabels")),
  1,
];
const ready = (at: string): Column => [
  "Ready",
  (object) => `${valueAt(object, at) ?? 0}/${valueAt(object, "spec.replicas") ?? 0}`,
];
const accessModes: Column = [
  "Access Modes",
  (object) =>
    join(
      ((valueAt(object, "spec.accessModes") ?? []) as string[]).map((mode) => mode.replace(/[a-z]/g, "")),
      "",
    ),
];
const dataCount: Column = [
  "Data",
  (object) => Object.keys(fieldsIn(object.data)).length + Object.keys(fieldsIn(object.binaryData)).length,
];

const servicePort = (port: Fields) =>
  `${port.port}${port.nodePort ? `:${port.nodePort}` : ""}/${port.protocol}`;

const loadBalancer = (object: KubeObject) =>
  listIn(valueAt(object, "status.loadBalancer.ingress")).map((each) => each.ip ?? each.hostname);

function nodeStatus(node: KubeObject): string {
  const isReady = listIn(valueAt(node, "status.conditions")).find((condition) => condition.type === "Ready");
  const text = isReady ? (isReady.status === "True" ? "Ready" : "NotReady") : "Unknown";
  return valueAt(node, "spec.unschedulable") ? `${text},SchedulingDisabled` : text;
}

function nodeRoles(node: KubeObject): string {
  const prefix = "node-role.kubernetes.io/";
  return join(
    Object.keys(node.metadata.labels ?? {})
      .filter((label) => label.startsWith(prefix))
      .map((label) => label.slice(prefix.length)),
  );
}

const address = (type: string) => (node: KubeObject) =>
  listIn(valueAt(node, "status.addresses")).find((each) => each.type === type)?.address ?? NONE;

function jobStatus(job: KubeObject): string {
  const is = (type: string) =>
    listIn(valueAt(job, "status.conditions")).some((each) => each.type === type && each.status === "True");
  if (is("Complete")) return "Complete";
  if (is("Failed")) return "Failed";
  return job.metadata.deletionTimestamp ? "Terminating" : is("Suspended") ? "Suspended" : "Running";
}

function jobDuration(job: KubeObject, nowMs: number): string {
  const start = textIn(valueAt(job, "status.startTime"));
  const end = textIn(valueAt(job, "status.completionTime"));
  return start ? formatDuration(((end ? Date.parse(end) : nowMs) - Date.parse(start)) / 1000) : "";
}

function quotaText(quota: KubeObject, names: (name: string) => boolean): string {
  const used = fieldsIn(valueAt(quota, "status.used"));
  const hard = Object.entries(fieldsIn(valueAt(quota, "status.hard"))).filter(([name]) => names(name));
  return hard
    .sort()
    .map(([name, value]) => `${name}: ${used[name] ?? 0}/${value}`)
    .join(", ");
}

const isLimit = (name: string) => name.startsWith("limits.");
const lastSeen = (event: KubeObject) =>
  textIn(valueAt(event, "series.lastObservedTime")) ??
  textIn(event.lastTimestamp) ??
  textIn(event.eventTime) ??
  event.metadata.creationTimestamp;
const ingressPorts = (object: KubeObject) => (listIn(valueAt(object, "spec.tls")).length ? "80, 443" : "80");
const endpointPorts = (object: KubeObject) => join(namesOf(object.ports, "port"), "<unset>");
const endpointAddresses = (object: KubeObject) =>
  join(
    listIn(object.endpoints).flatMap((each) => (each.addresses ?? []) as string[]),
    "<unset>",
  );

/** Columns after the name, as real servers print them; kinds without a row print their age only. */
export const COLUMNS: Record<string, Column[]> = {
  pods: podColumns,
  namespaces: [path("Status", "status.phase")],
  services: [
    path("Type", "spec.type"),
    path("Cluster-IP", "spec.clusterIP"),
    ["External-IP", (service) => join(loadBalancer(service))],
    ["Port(s)", (service) => join(listIn(valueAt(service, "spec.ports")).map(servicePort))],
    ["Age", (service, nowMs) => formatAge(service.metadata.creationTimestamp, nowMs)],
    ["Selector", (service) => selectorText(valueAt(service, "spec.selector")), 1],
  ],
  configmaps: [dataCount],
  secrets: [path("Type", "type"), dataCount],
  persistentvolumeclaims: [
    path("Status", "status.phase"),
    path("Volume", "spec.volumeName", ""),
    path("Capacity", "status.capacity.storage", ""),
    accessModes,
    path("StorageClass", "spec.storageClassName", ""),
  ],
  persistentvolumes: [
    path("Capacity", "spec.capacity.storage"),
    accessModes,
    path("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
    path("Status", "status.phase"),
    [
      "Claim",
      (volume) =>
        join(
          [valueAt(volume, "spec.claimRef.namespace"), valueAt(volume, "spec.claimRef.name")].filter(Boolean),
          "",
        ).replace(",", "/"),
    ],
    path("StorageClass", "spec.storageClassName", ""),
    path("Reason", "status.reason", ""),
  ],
  events: [
    ["Last Seen", (event, nowMs) => formatAge(lastSeen(event), nowMs)],
    path("Type", "type"),
    path("Reason", "reason"),
    [
      "Object",
      (event) =>
        `${String(valueAt(event, "involvedObject.kind") ?? "").toLowerCase()}/${valueAt(event, "involvedObject.name")}`,
    ],
    path("Message", "message", ""),
  ],
  nodes: [
    ["Status", nodeStatus],
    ["Roles", nodeRoles],
    ["Age", (node, nowMs) => formatAge(node.metadata.creationTimestamp, nowMs)],
    path("Version", "status.nodeInfo.kubeletVersion"),
    ["Internal-IP", address("InternalIP"), 1],
    ["OS-Image", (node) => valueAt(node, "status.nodeInfo.osImage") ?? NONE, 1],
  ],
  resourcequotas: [
    ["Request", (quota) => quotaText(quota, (name) => !isLimit(name))],
    ["Limit", (quota) => quotaText(quota, isLimit)],
  ],
  "deployments.apps": [
    ready("status.readyReplicas"),
    path("Up-to-date", "status.updatedReplicas", 0),
    path("Available", "status.availableReplicas", 0),
    ["Age", (object, nowMs) => formatAge(object.metadata.creationTimestamp, nowMs)],
    ...images,
    selector,
  ],
  "replicasets.apps": [
    path("Desired", "spec.replicas", 0),
    path("Current", "status.replicas", 0),
    path("Ready", "status.readyReplicas", 0),
    ...images,
    selector,
  ],
  "statefulsets.apps": [ready("status.readyReplicas"), ...images],
  "jobs.batch": [
    ["Status", jobStatus],
    [
      "Completions",
      (job) => `${valueAt(job, "status.succeeded") ?? 0}/${valueAt(job, "spec.completions") ?? 1}`,
    ],
    ["Duration", jobDuration],
    ["Age", (job, nowMs) => formatAge(job.metadata.creationTimestamp, nowMs)],
    ...images,
  ],
  "ingresses.networking.k8s.io": [
    path("Class", "spec.ingressClassName"),
    [
      "Hosts",
      (object) =>
        join(
          listIn(valueAt(object, "spec.rules")).map((rule) => rule.host ?? "*"),
          "*",
        ),
    ],
    ["Address", (object) => join(loadBalancer(object), "")],
    ["Ports", ingressPorts],
  ],
  "networkpolicies.networking.k8s.io": [
    ["Pod-Selector", (policy) => selectorText(valueAt(policy, "spec.podSelector.matchLabels"))],
  ],
  "endpointslices.discovery.k8s.io": [
    path("AddressType", "addressType"),
    ["Ports", endpointPorts],
    ["Endpoints", endpointAddresses],
  ],
  "storageclasses.storage.k8s.io": [
    path("Provisioner", "provisioner"),
    path("ReclaimPolicy", "reclaimPolicy"),
    path("VolumeBindingMode", "volumeBindingMode"),
    path("AllowVolumeExpansion", "allowVolumeExpansion", false),
  ],
  "leases.coordination.k8s.io": [path("Holder", "spec.holderIdentity", "")],
};
