import { canonicalQuantities } from "../admission/quantity.ts";
import { ensureFields, type Fields, fieldsIn, isFields, type KubeObject, listIn } from "../object.ts";
import { defaultPodSpec, defaultTemplate, setDefaults } from "./pod-defaults.ts";

type Defaulter = (object: KubeObject, spec: Fields) => void;

function defaultService(_: KubeObject, spec: Fields): void {
  setDefaults(spec, { type: "ClusterIP", sessionAffinity: "None" });
  if (spec.type !== "ExternalName")
    setDefaults(spec, {
      internalTrafficPolicy: "Cluster",
      ipFamilyPolicy: "SingleStack",
      ipFamilies: ["IPv4"],
    });
  if (spec.type === "LoadBalancer" || spec.type === "NodePort")
    setDefaults(spec, { externalTrafficPolicy: "Cluster" });
  if (spec.type === "LoadBalancer") setDefaults(spec, { allocateLoadBalancerNodePorts: true });
  for (const port of listIn(spec.ports)) setDefaults(port, { protocol: "TCP", targetPort: port.port });
}

function defaultDeployment(_: KubeObject, spec: Fields): void {
  setDefaults(spec, {
    replicas: 1,
    strategy: { type: "RollingUpdate" },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  const strategy = fieldsIn(spec.strategy);
  strategy.type ??= "RollingUpdate";
  if (strategy.type === "RollingUpdate") {
    setDefaults(ensureFields(strategy, "rollingUpdate"), { maxUnavailable: "25%", maxSurge: "25%" });
  }
  defaultTemplate(spec.template);
}

function defaultClaimSpec(spec: Fields): void {
  setDefaults(spec, { volumeMode: "Filesystem" });
  canonicalQuantities(fieldsIn(spec.resources).requests);
}

function defaultStatefulSet(_: KubeObject, spec: Fields): void {
  setDefaults(spec, {
    replicas: 1,
    podManagementPolicy: "OrderedReady",
    revisionHistoryLimit: 10,
    updateStrategy: { type: "RollingUpdate" },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
  });
  const strategy = fieldsIn(spec.updateStrategy);
  if (strategy.type === "RollingUpdate") {
    setDefaults(ensureFields(strategy, "rollingUpdate"), { partition: 0 });
  }
  defaultTemplate(spec.template);
  for (const claim of listIn(spec.volumeClaimTemplates)) {
    setDefaults(claim, { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } });
    if (isFields(claim.spec)) defaultClaimSpec(claim.spec);
  }
}

function defaultJob(job: KubeObject, spec: Fields): void {
  const count = spec.completions === undefined && spec.parallelism === undefined ? { completions: 1 } : {};
  setDefaults(spec, {
    ...count,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: "TerminatingOrFailed",
  });
  if (!spec.manualSelector && job.metadata.uid && !spec.selector) {
    const controllerUid = { "batch.kubernetes.io/controller-uid": job.metadata.uid };
    const template = fieldsIn(spec.template);
    const metadata = ensureFields(template, "metadata");
    const { name, uid } = job.metadata;
    metadata.labels = {
      ...fieldsIn(metadata.labels),
      ...controllerUid,
      "batch.kubernetes.io/job-name": name,
      "controller-uid": uid,
      "job-name": name,
    };
    spec.selector = { matchLabels: controllerUid };
  }
  if (spec.manualSelector === false) delete spec.manualSelector;
  defaultTemplate(spec.template);
}

function defaultSecret(secret: KubeObject): void {
  secret.type ??= "Opaque";
  const texts = Object.entries(fieldsIn(secret.stringData)).map(([name, text]) => [
    name,
    Buffer.from(String(text)).toString("base64"),
  ]);
  if (texts.length) secret.data = { ...fieldsIn(secret.data), ...Object.fromEntries(texts) };
  delete secret.stringData;
}

function defaultNetworkPolicy(_: KubeObject, spec: Fields): void {
  spec.policyTypes ??= spec.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"];
  for (const rule of [...listIn(spec.ingress), ...listIn(spec.egress)]) {
    for (const port of listIn(rule.ports)) setDefaults(port, { protocol: "TCP" });
  }
}

function defaultLimitRange(_: KubeObject, spec: Fields): void {
  for (const limit of listIn(spec.limits)) {
    for (const part of ["default", "defaultRequest", "max", "min"]) canonicalQuantities(limit[part]);
    if (limit.type !== "Container") continue;
    setDefaults(limit, { default: { ...fieldsIn(limit.max) } });
    setDefaults(limit.default as Fields, fieldsIn(limit.max));
    setDefaults(ensureFields(limit, "defaultRequest"), {
      ...fieldsIn(limit.min),
      ...fieldsIn(limit.default),
    });
  }
}

function defaultSubjects(binding: KubeObject): void {
  for (const subject of listIn(binding.subjects)) {
    if (subject.kind !== "ServiceAccount") setDefaults(subject, { apiGroup: "rbac.authorization.k8s.io" });
  }
  if (isFields(binding.roleRef)) setDefaults(binding.roleRef, { apiGroup: "rbac.authorization.k8s.io" });
}

const DEFAULTERS: Record<string, Defaulter> = {
  pods: (_, spec) => {
    defaultPodSpec(spec);
    spec.enableServiceLinks ??= true;
  },
  services: defaultService,
  secrets: defaultSecret,
  namespaces: (namespace, spec) => {
    spec.finalizers ??= ["kubernetes"];
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      "kubernetes.io/metadata.name": namespace.metadata.name,
    };
  },
  persistentvolumeclaims: (_, spec) => defaultClaimSpec(spec),
  persistentvolumes: (_, spec) => {
    setDefaults(spec, { volumeMode: "Filesystem", persistentVolumeReclaimPolicy: "Retain" });
    canonicalQuantities(spec.capacity);
  },
  resourcequotas: (_, spec) => canonicalQuantities(spec.hard),
  limitranges: defaultLimitRange,
  "deployments.apps": defaultDeployment,
  "replicasets.apps": (_, spec) => {
    setDefaults(spec, { replicas: 1 });
    defaultTemplate(spec.template);
  },
  "statefulsets.apps": defaultStatefulSet,
  "jobs.batch": defaultJob,
  "networkpolicies.networking.k8s.io": defaultNetworkPolicy,
  "storageclasses.storage.k8s.io": (storageClass) =>
    setDefaults(storageClass, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  "priorityclasses.scheduling.k8s.io": (priorityClass) =>
    setDefaults(priorityClass, { preemptionPolicy: "PreemptLowerPriority" }),
  "rolebindings.rbac.authorization.k8s.io": defaultSubjects,
  "clusterrolebindings.rbac.authorization.k8s.io": defaultSubjects,
};

const SPECLESS = new Set([
  "secrets",
  "storageclasses.storage.k8s.io",
  "priorityclasses.scheduling.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
]);

/** Sets the defaults a real API server would set, in place. */
export function applyDefaults(storage: string, object: KubeObject): void {
  const defaulter = DEFAULTERS[storage];
  if (!defaulter) return;
  if (!SPECLESS.has(storage) && !isFields(object.spec)) {
    if (storage !== "namespaces") return;
    object.spec = {};
  }
  defaulter(object, fieldsIn(object.spec));
}
