import { parse } from "yaml";
import { type Fields, isFields, type KubeObject } from "../object.ts";
import { applyJsonPatch, applyMergePatch } from "../patch/json-patch.ts";
import type { Manager } from "../patch/managed-fields.ts";
import { applyConfiguration } from "../patch/server-side-apply.ts";
import { applyStrategicMerge } from "../patch/strategic-merge.ts";
import { badRequest, StatusError } from "../status-error.ts";

/** A patch that was read: what it makes of the current object. */
export interface Patch {
  isApply: boolean;
  change: (
    current: KubeObject | undefined,
    by: { manager: Manager; isForced: boolean; now: number },
  ) => KubeObject;
}

const APPLY = "application/apply-patch+yaml";

const PLAIN: Record<string, (document: Fields, patch: unknown) => unknown> = {
  "application/json-patch+json": applyJsonPatch,
  "application/merge-patch+json": applyMergePatch,
  "application/strategic-merge-patch+json": applyStrategicMerge,
};

function parseText(text: string, contentType: string): unknown {
  try {
    return contentType === APPLY && !text.trimStart().startsWith("{") ? parse(text) : JSON.parse(text);
  } catch {
    throw badRequest("error decoding patch");
  }
}

function checkedConfig(config: unknown, name: string): KubeObject {
  if (!isFields(config) || !isFields(config.metadata))
    throw badRequest("the applied configuration is no object with metadata");
  if (typeof config.apiVersion !== "string" || typeof config.kind !== "string") {
    throw badRequest("invalid object type: apiVersion and kind must be set");
  }
  const object = config as unknown as KubeObject;
  if (object.metadata.managedFields?.length) throw badRequest("metadata.managedFields must be nil");
  return { ...object, metadata: { ...object.metadata, name: object.metadata.name || name } };
}

/** Reads a PATCH by its content type; throws 400 and 415. */
export function readPatch(text: string, contentType: string, name: string): Patch {
  const type = contentType.split(";")[0]!.trim();
  const run = PLAIN[type];
  if (!run && type !== APPLY) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${[...Object.keys(PLAIN), APPLY].join(", ")}`;
    throw new StatusError(415, "UnsupportedMediaType", { message });
  }
  const body = parseText(text, type);
  if (!run) {
    const config = checkedConfig(body, name);
    return { isApply: true, change: (current, by) => applyConfiguration(current, config, by) };
  }
  return { isApply: false, change: (current) => run(current!, body) as KubeObject };
}
