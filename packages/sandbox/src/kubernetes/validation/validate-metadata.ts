import type { Resource } from "../kinds.ts";
import type { KubeObject } from "../object.ts";
import { type Cause, invalidCause, requiredCause } from "../status-error.ts";

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SERVICE_NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const WHY_LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const WHY_SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const WHY_SERVICE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const WHY_LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const tooLong = (max: number) => `must be no more than ${max} bytes`;

interface NameRule {
  pattern: RegExp;
  maxBytes: number;
  why: string;
}

const NAME_RULES: Record<string, NameRule> = {
  services: { pattern: SERVICE_NAME, maxBytes: 63, why: WHY_SERVICE },
  namespaces: { pattern: LABEL, maxBytes: 63, why: WHY_LABEL },
};
const PATH_SEGMENT: NameRule = {
  pattern: /^(?!\.{1,2}$)[^/%]+$/,
  maxBytes: 253,
  why: "may not contain '/' or '%'",
};
const OBJECT_NAME: NameRule = { pattern: SUBDOMAIN, maxBytes: 253, why: WHY_SUBDOMAIN };

function validateName(resource: Resource, name: string): Cause[] {
  const rule =
    NAME_RULES[resource.storage] ?? (resource.group.startsWith("rbac.") ? PATH_SEGMENT : OBJECT_NAME);
  const field = "metadata.name";
  if (name.length > rule.maxBytes) return [invalidCause(field, name, tooLong(rule.maxBytes))];
  return rule.pattern.test(name) ? [] : [invalidCause(field, name, rule.why)];
}

function validateKey(key: string, field: string): Cause[] {
  const parts = key.split("/");
  const name = parts.at(-1)!;
  const isPrefixGood =
    parts.length === 1 || (parts.length === 2 && SUBDOMAIN.test(parts[0]!) && parts[0]!.length <= 253);
  const isNameGood = QUALIFIED.test(name) && name.length <= 63;
  return isPrefixGood && isNameGood
    ? []
    : [
        invalidCause(
          field,
          key,
          "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
      ];
}

/** Label keys and values as of `metadata.labels` and selectors. */
export function validateLabels(labels: Record<string, unknown> | undefined, field: string): Cause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const text = String(value);
    if (text.length > 63) return [...validateKey(key, field), invalidCause(field, text, tooLong(63))];
    const isGood = typeof value === "string" && (text === "" || QUALIFIED.test(text));
    return [...validateKey(key, field), ...(isGood ? [] : [invalidCause(field, value, WHY_LABEL_VALUE)])];
  });
}

/** Names, labels, annotations and owner references. */
export function validateMetadata(resource: Resource, object: KubeObject): Cause[] {
  const { name, labels, annotations, ownerReferences } = object.metadata;
  if (!name) return [requiredCause("metadata.name", "name or generateName is required")];
  const owners = (ownerReferences ?? []).flatMap((owner, index) =>
    (["apiVersion", "kind", "name", "uid"] as const)
      .filter((field) => !owner[field])
      .map((field) =>
        invalidCause(`metadata.ownerReferences[${index}].${field}`, owner[field] ?? "", "must not be empty"),
      ),
  );
  return [
    ...validateName(resource, name),
    ...validateLabels(labels, "metadata.labels"),
    ...Object.keys(annotations ?? {}).flatMap((key) =>
      validateKey(key.toLowerCase(), "metadata.annotations"),
    ),
    ...owners,
  ];
}

/** An object that is being deleted takes no new finalizers. */
export function validateFinalizers(before: KubeObject, after: KubeObject): Cause[] {
  const added = (after.metadata.finalizers ?? []).filter(
    (name) => !before.metadata.finalizers?.includes(name),
  );
  if (!before.metadata.deletionTimestamp || added.length === 0) return [];
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  return [{ reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field: "metadata.finalizers" }];
}
