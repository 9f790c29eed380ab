import type { Resource } from "./kinds.ts";

export interface Cause {
  reason: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
  retryAfterSeconds?: number;
}

/** A refusal as the API answers it: a `Status` object with code, reason and details. */
export class StatusError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    readonly what: { message: string; details?: StatusDetails },
  ) {
    super(what.message);
  }

  toStatus() {
    const { message, details } = this.what;
    const rest = { message, reason: this.reason, ...(details && { details }), code: this.code };
    return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", ...rest };
  }
}

const qualified = (resource: Resource) => resource.storage;

function detailsOf(resource: Resource, name: string, causes?: Cause[]): StatusDetails {
  return {
    name,
    ...(resource.group && { group: resource.group }),
    kind: resource.plural,
    ...(causes && { causes }),
  };
}

export function notFound(resource: Resource, name: string): StatusError {
  const message = `${qualified(resource)} "${name}" not found`;
  return new StatusError(404, "NotFound", { message, details: detailsOf(resource, name) });
}

export function alreadyExists(resource: Resource, name: string): StatusError {
  const message = `${qualified(resource)} "${name}" already exists`;
  return new StatusError(409, "AlreadyExists", { message, details: detailsOf(resource, name) });
}

const modified =
  "the object has been modified; please apply your changes to the latest version and try again";

export function conflict(resource: Resource, name: string, why = modified): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return new StatusError(409, "Conflict", { message, details: detailsOf(resource, name) });
}

export function forbidden(
  resource: Resource,
  name: string,
  why: { message: string; causes?: Cause[] },
): StatusError {
  const message = `${qualified(resource)} "${name}" is forbidden: ${why.message}`;
  return new StatusError(403, "Forbidden", { message, details: detailsOf(resource, name, why.causes) });
}

export function invalid(resource: Resource, name: string, causes: Cause[]): StatusError {
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
  const details = { ...detailsOf(resource, name, causes), kind: resource.kind };
  return new StatusError(422, "Invalid", { message: `${kind} "${name}" is invalid: ${list}`, details });
}

export const badRequest = (message: string) => new StatusError(400, "BadRequest", { message });

/** 410: the version asked for is no longer in the history. */
export const expired = (message: string) => new StatusError(410, "Expired", { message });

export const requiredCause = (field: string, detail = ""): Cause => ({
  reason: "FieldValueRequired",
  message: detail ? `Required value: ${detail}` : "Required value",
  field,
});

export const invalidCause = (field: string, value: unknown, why: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});

export const forbiddenCause = (field: string, why: string): Cause => ({
  reason: "FieldValueForbidden",
  message: `Forbidden: ${why}`,
  field,
});
