import type { Fields, KubeObject } from "./object.ts";

/** Field names of one event in core/v1 (stored) and in events.k8s.io/v1. */
const NAMES = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
] as const;

function rename(object: KubeObject, apiVersion: string, names: (readonly [string, string])[]): KubeObject {
  const map = new Map(names);
  const entries = Object.entries(object as Fields).map(([name, value]) => [map.get(name) ?? name, value]);
  return { ...(Object.fromEntries(entries) as KubeObject), apiVersion };
}

/** A stored event as events.k8s.io/v1 shows it. */
export const toEventView = (event: KubeObject): KubeObject => rename(event, "events.k8s.io/v1", [...NAMES]);

/** An event written to events.k8s.io/v1 as it is stored. */
export const fromEventView = (event: KubeObject): KubeObject =>
  rename(
    event,
    "v1",
    NAMES.map(([core, view]) => [view, core] as const),
  );
