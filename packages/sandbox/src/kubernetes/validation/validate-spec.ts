import { findMilli } from "../admission/quantity.ts";
import { type Fields, fieldsIn, isFields, type KubeObject, listIn, textIn } from "../object.ts";
import { type Cause, invalidCause, requiredCause } from "../status-error.ts";
import { validateLabels } from "./validate-metadata.ts";

type Validator = (spec: Fields, object: KubeObject) => Cause[];

const required = (value: unknown, field: string, detail?: string): Cause[] =>
  value === undefined || value === null || value === "" ? [requiredCause(field, detail)] : [];

const WHY_QUANTITY =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function validateQuantities(map: unknown, field: string): Cause[] {
  return Object.entries(fieldsIn(map)).flatMap(([name, value]) => {
    const milli = findMilli(value);
    if (milli === undefined) return [invalidCause(`${field}[${name}]`, value, WHY_QUANTITY)];
    return milli < 0n ? [invalidCause(`${field}[${name}]`, value, "must be greater than or equal to 0")] : [];
  });
}

function validateResources(resources: Fields, field: string): Cause[] {
  const limits = fieldsIn(resources.limits);
  const over = Object.entries(fieldsIn(resources.requests)).filter(
    ([name, value]) =>
      limits[name] !== undefined && (findMilli(value) ?? 0n) > (findMilli(limits[name]) ?? 0n),
  );
  return [
    ...validateQuantities(resources.limits, `${field}.limits`),
    ...validateQuantities(resources.requests, `${field}.requests`),
    ...over.map(([name, value]) =>
      invalidCause(
        `${field}.requests`,
        value,
        `must be less than or equal to ${name} limit of ${limits[name]}`,
      ),
    ),
  ];
}

function validateMounts(container: Fields, at: { field: string; volumes: Set<unknown> }): Cause[] {
  return listIn(container.volumeMounts).flatMap((mount, index) => {
    const field = `${at.field}.volumeMounts[${index}]`;
    const unknown = at.volumes.has(mount.name)
      ? []
      : [
          {
            reason: "FieldValueNotFound",
            message: `Not found: ${JSON.stringify(mount.name)}`,
            field: `${field}.name`,
          },
        ];
    return [...required(mount.mountPath, `${field}.mountPath`), ...unknown];
  });
}

function duplicates(list: Fields[], field: string): Cause[] {
  const seen = new Set<unknown>();
  return list.flatMap((item, index) => {
    const isNew = !seen.has(item.name);
    seen.add(item.name);
    return isNew
      ? []
      : [
          {
            reason: "FieldValueDuplicate",
            message: `Duplicate value: ${JSON.stringify(item.name)}`,
            field: `${field}[${index}].name`,
          },
        ];
  });
}

function validateContainer(container: Fields, at: { field: string; volumes: Set<unknown> }): Cause[] {
  const name = textIn(container.name);
  const isName = name === undefined || /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
  return [
    ...required(name, `${at.field}.name`),
    ...(isName
      ? []
      : [
          invalidCause(
            `${at.field}.name`,
            name,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'",
          ),
        ]),
    ...required(container.image, `${at.field}.image`),
    ...listIn(container.env).flatMap((variable, index) =>
      required(variable.name, `${at.field}.env[${index}].name`),
    ),
    ...listIn(container.ports).flatMap((port, index) =>
      required(port.containerPort, `${at.field}.ports[${index}].containerPort`),
    ),
    ...validateResources(fieldsIn(container.resources), `${at.field}.resources`),
    ...validateMounts(container, at),
  ];
}

/** Validates a pod's spec at the given place. */
export function validatePodSpec(spec: Fields, field: string): Cause[] {
  const volumes = new Set(listIn(spec.volumes).map((volume) => volume.name));
  const containers = listIn(spec.containers);
  return [
    ...(containers.length ? [] : [requiredCause(`${field}.containers`)]),
    ...["containers", "initContainers"].flatMap((list) =>
      listIn(spec[list]).flatMap((container, index) =>
        validateContainer(container, { field: `${field}.${list}[${index}]`, volumes }),
      ),
    ),
    ...duplicates(containers, `${field}.containers`),
    ...duplicates(listIn(spec.volumes), `${field}.volumes`),
  ];
}

/** Selector and template of a workload: the template's labels must match the selector. */
function validateWorkload(spec: Fields): Cause[] {
  const template = fieldsIn(spec.template);
  const labels = fieldsIn(fieldsIn(template.metadata).labels);
  const matchLabels = fieldsIn(fieldsIn(spec.selector).matchLabels);
  if (!isFields(spec.selector)) return [requiredCause("spec.selector")];
  const isMatching = Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
  const mismatch = invalidCause(
    "spec.template.metadata.labels",
    labels,
    "`selector` does not match template `labels`",
  );
  const replicas = Number(spec.replicas ?? 0);
  const pod = fieldsIn(template.spec);
  // The claims of a StatefulSet become volumes of its pods.
  const claims = listIn(spec.volumeClaimTemplates).map((claim) => ({ name: fieldsIn(claim.metadata).name }));
  return [
    ...validateLabels(labels, "spec.template.labels"),
    ...(isMatching ? [] : [mismatch]),
    ...(replicas < 0 ? [invalidCause("spec.replicas", replicas, "must be greater than or equal to 0")] : []),
    ...validatePodSpec({ ...pod, volumes: [...listIn(pod.volumes), ...claims] }, "spec.template.spec"),
  ];
}

function validateJob(spec: Fields): Cause[] {
  const pod = fieldsIn(fieldsIn(spec.template).spec);
  const isPolicy = pod.restartPolicy === "Never" || pod.restartPolicy === "OnFailure";
  const field = "spec.template.spec.restartPolicy";
  const unsupported = {
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${JSON.stringify(pod.restartPolicy)}: supported values: "OnFailure", "Never"`,
    field,
  };
  return [...validatePodSpec(pod, "spec.template.spec"), ...(isPolicy ? [] : [unsupported])];
}

function validateService(spec: Fields): Cause[] {
  const ports = listIn(spec.ports);
  const needsPorts = spec.type !== "ExternalName" && spec.clusterIP !== "None";
  return [
    ...(needsPorts && ports.length === 0 ? [requiredCause("spec.ports")] : []),
    ...ports.flatMap((port, index) => [
      ...required(port.port, `spec.ports[${index}].port`),
      ...(ports.length > 1 ? required(port.name, `spec.ports[${index}].name`) : []),
    ]),
  ];
}

function validateClaim(spec: Fields): Cause[] {
  const requests = fieldsIn(fieldsIn(spec.resources).requests);
  const modes = Array.isArray(spec.accessModes) ? spec.accessModes : [];
  return [
    ...(modes.length ? [] : [requiredCause("spec.accessModes", "at least 1 access mode is required")]),
    ...required(requests.storage, "spec.resources[storage]"),
    ...validateQuantities(requests, "spec.resources.requests"),
  ];
}

function validateIngress(spec: Fields): Cause[] {
  const rules = listIn(spec.rules);
  if (rules.length === 0 && !spec.defaultBackend) {
    return [invalidCause("spec", {}, "either `defaultBackend` or `rules` must be specified")];
  }
  return rules.flatMap((rule, index) =>
    listIn(fieldsIn(rule.http).paths).flatMap((path, place) => {
      const field = `spec.rules[${index}].http.paths[${place}]`;
      return [
        ...required(path.pathType, `${field}.pathType`, "pathType must be specified"),
        ...required(path.backend, `${field}.backend`),
      ];
    }),
  );
}

function validateBase64(_: Fields, secret: KubeObject): Cause[] {
  return Object.entries(fieldsIn(secret.data)).flatMap(([name, value]) =>
    typeof value === "string" && /^[A-Za-z0-9+/\n]*={0,2}\n?$/.test(value)
      ? []
      : [invalidCause(`data[${name}]`, "<secret contents redacted>", "illegal base64 data")],
  );
}

const validateLease: Validator = (spec) =>
  Number(spec.leaseDurationSeconds ?? 1) > 0
    ? []
    : [invalidCause("spec.leaseDurationSeconds", spec.leaseDurationSeconds, "must be greater than 0")];

/** The checks of a kind's contents, on the object after its defaults. */
export const SPEC_VALIDATORS: Record<string, Validator> = {
  pods: (spec) => validatePodSpec(spec, "spec"),
  "deployments.apps": validateWorkload,
  "replicasets.apps": validateWorkload,
  "statefulsets.apps": validateWorkload,
  "jobs.batch": validateJob,
  services: validateService,
  secrets: validateBase64,
  persistentvolumeclaims: validateClaim,
  persistentvolumes: (spec) => [
    ...required(fieldsIn(spec.capacity).storage, "spec.capacity"),
    ...validateQuantities(spec.capacity, "spec.capacity"),
  ],
  "ingresses.networking.k8s.io": validateIngress,
  "networkpolicies.networking.k8s.io": (spec) =>
    isFields(spec.podSelector) ? [] : [requiredCause("spec.podSelector")],
  resourcequotas: (spec) => validateQuantities(spec.hard, "spec.hard"),
  "storageclasses.storage.k8s.io": (_, object) => required(object.provisioner, "provisioner"),
  "endpointslices.discovery.k8s.io": (_, object) => required(object.addressType, "addressType"),
  "leases.coordination.k8s.io": validateLease,
};
