import { milliOf } from "../admission/quantity.ts";
import { type Fields, fieldsIn, isEqual, type KubeObject, listIn, valueAt } from "../object.ts";
import { type Cause, forbiddenCause, invalidCause } from "../status-error.ts";

type ChangeValidator = (before: KubeObject, after: KubeObject) => Cause[];

const immutable =
  (...paths: string[]): ChangeValidator =>
  (before, after) =>
    paths
      .filter((path) => !isEqual(valueAt(before, path), valueAt(after, path)))
      .map((path) => invalidCause(path, valueAt(after, path) ?? null, "field is immutable"));

function without(object: Fields, names: string[]): Fields {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

const STATEFUL_SET_MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];
const WHY_STATEFUL_SET =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function validateStatefulSet(before: KubeObject, after: KubeObject): Cause[] {
  const [old, now] = [before, after].map((object) => without(fieldsIn(object.spec), STATEFUL_SET_MUTABLE));
  return isEqual(old, now) ? [] : [forbiddenCause("spec", WHY_STATEFUL_SET)];
}

const POD_MUTABLE = [
  "containers",
  "initContainers",
  "activeDeadlineSeconds",
  "terminationGracePeriodSeconds",
  "tolerations",
  "schedulingGates",
  "nodeName",
];
const WHY_POD =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

function validatePod(before: KubeObject, after: KubeObject): Cause[] {
  const frozen = (object: KubeObject) => {
    const spec = fieldsIn(object.spec);
    const images = ["containers", "initContainers"].map((list) =>
      listIn(spec[list]).map((container) => without(container, ["image"])),
    );
    return { ...without(spec, POD_MUTABLE), images };
  };
  const isMoved =
    Boolean(valueAt(before, "spec.nodeName")) &&
    valueAt(before, "spec.nodeName") !== valueAt(after, "spec.nodeName");
  return isMoved || !isEqual(frozen(before), frozen(after)) ? [forbiddenCause("spec", WHY_POD)] : [];
}

function validateClaim(before: KubeObject, after: KubeObject): Cause[] {
  const isBound = Boolean(valueAt(before, "spec.volumeName"));
  const isSettled = valueAt(before, "status.phase") === "Bound";
  const mutable = [
    ...(isSettled ? ["resources"] : []),
    "volumeAttributesClassName",
    ...(isBound ? [] : ["volumeName"]),
  ];
  const [old, now] = [before, after].map((object) => without(fieldsIn(object.spec), mutable));
  const size = (object: KubeObject) => milliOf(valueAt(object, "spec.resources.requests.storage"));
  const why =
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
  return [
    ...(isEqual(old, now) ? [] : [forbiddenCause("spec", why)]),
    ...(size(after) < size(before)
      ? [forbiddenCause("spec.resources.requests.storage", "field can not be less than status.capacity")]
      : []),
  ];
}

function validateSealed(before: KubeObject, after: KubeObject): Cause[] {
  if (before.immutable !== true) return [];
  const contents = ["data", "binaryData", "stringData", "immutable"];
  const changed = contents.filter((field) => !isEqual(before[field], after[field]));
  return changed.map((field) => forbiddenCause(field, "field is immutable when `immutable` is set"));
}

function validateService(before: KubeObject, after: KubeObject): Cause[] {
  const isKept =
    valueAt(after, "spec.type") === "ExternalName" || valueAt(before, "spec.type") === "ExternalName";
  return isKept ? [] : immutable("spec.clusterIP")(before, after);
}

/** What may not change once an object exists, by kind. */
export const CHANGE_VALIDATORS: Record<string, ChangeValidator> = {
  pods: validatePod,
  "deployments.apps": immutable("spec.selector"),
  "replicasets.apps": immutable("spec.selector"),
  "statefulsets.apps": validateStatefulSet,
  "jobs.batch": immutable("spec.selector", "spec.template", "spec.completionMode"),
  services: validateService,
  persistentvolumeclaims: validateClaim,
  secrets: (before, after) => [...immutable("type")(before, after), ...validateSealed(before, after)],
  configmaps: validateSealed,
  "storageclasses.storage.k8s.io": immutable(
    "provisioner",
    "parameters",
    "reclaimPolicy",
    "volumeBindingMode",
  ),
  "priorityclasses.scheduling.k8s.io": immutable("value", "preemptionPolicy"),
  "rolebindings.rbac.authorization.k8s.io": immutable("roleRef"),
  "clusterrolebindings.rbac.authorization.k8s.io": immutable("roleRef"),
  "endpointslices.discovery.k8s.io": immutable("addressType"),
};
