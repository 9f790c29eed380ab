import { ensureFields, type Fields, fieldsIn, listIn } from "../object.ts";
import { forbidden } from "../status-error.ts";
import type { Admission } from "./admission.ts";
import { milliOf } from "./quantity.ts";
import { podResources } from "./resource-usage.ts";

function limitsOf({ store, object }: Admission): Fields[] {
  const ranges = [...store.scan("limitranges", object.metadata.namespace ?? "")];
  return ranges.flatMap((entry) => listIn(fieldsIn(entry.object.spec).limits));
}

function setContainerDefaults(container: Fields, limit: Fields): void {
  const resources = ensureFields(container, "resources");
  const requested = { ...fieldsIn(resources.requests) };
  for (const [part, defaults] of [
    ["limits", limit.default],
    ["requests", limit.defaultRequest],
  ] as const) {
    if (!defaults) continue;
    resources[part] = {
      ...fieldsIn(defaults),
      ...(part === "requests" ? requested : fieldsIn(resources[part])),
    };
  }
}

/** Gives containers the requests and limits that the namespace's LimitRanges default. */
export function defaultFromLimitRanges(admission: Admission): void {
  if (admission.resource.storage !== "pods" || admission.before) return;
  const spec = fieldsIn(admission.object.spec);
  for (const limit of limitsOf(admission).filter((each) => each.type === "Container")) {
    for (const container of [...listIn(spec.containers), ...listIn(spec.initContainers)])
      setContainerDefaults(container, limit);
  }
}

interface Measured {
  requests: Fields;
  limits: Fields;
}

function violations(limit: Fields, measured: Measured): string[] {
  const type = String(limit.type);
  const over = Object.entries(fieldsIn(limit.max)).flatMap(([name, max]) => {
    const value = measured.limits[name];
    if (value === undefined) return [`maximum ${name} usage per ${type} is ${max}.  No limit is specified`];
    return milliOf(value) > milliOf(max)
      ? [`maximum ${name} usage per ${type} is ${max}, but limit is ${value}`]
      : [];
  });
  const under = Object.entries(fieldsIn(limit.min)).flatMap(([name, min]) => {
    const value = measured.requests[name];
    if (value === undefined) return [`minimum ${name} usage per ${type} is ${min}.  No request is specified`];
    return milliOf(value) < milliOf(min)
      ? [`minimum ${name} usage per ${type} is ${min}, but request is ${value}`]
      : [];
  });
  return [...over, ...under];
}

function measuredIn({ resource, object }: Admission, type: unknown): Measured[] {
  const spec = fieldsIn(object.spec);
  const measure = (resources: unknown): Measured => {
    const { requests, limits } = fieldsIn(resources);
    return { requests: fieldsIn(requests), limits: fieldsIn(limits) };
  };
  if (resource.storage === "persistentvolumeclaims" && type === "PersistentVolumeClaim") {
    const requests = fieldsIn(fieldsIn(spec.resources).requests);
    return [{ requests, limits: requests }];
  }
  if (resource.storage !== "pods") return [];
  if (type === "Container")
    return [...listIn(spec.containers), ...listIn(spec.initContainers)].map((each) =>
      measure(each.resources),
    );
  return type === "Pod" ? [podResources(spec)] : [];
}

/** Refuses with 403 what lies outside the minimum or maximum of a LimitRange. */
export function checkLimitRanges(admission: Admission): void {
  const { resource, object, before } = admission;
  const isResize = resource.storage === "persistentvolumeclaims";
  if ((before && !isResize) || !["pods", "persistentvolumeclaims"].includes(resource.storage)) return;
  const found = limitsOf(admission).flatMap((limit) =>
    measuredIn(admission, limit.type).flatMap((each) => violations(limit, each)),
  );
  if (found.length === 0) return;
  const message = found.length === 1 ? found[0]! : `[${found.join(", ")}]`;
  throw forbidden(resource, object.metadata.name, { message });
}
