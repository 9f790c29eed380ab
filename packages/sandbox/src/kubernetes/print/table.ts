import type { Resource } from "../kinds.ts";
import { type KubeObject, textIn } from "../object.ts";
import { COLUMNS, type Column } from "./columns.ts";
import { formatAge } from "./format-age.ts";

export interface TableOptions {
  includeObject: string | null;
  nowMs: number;
}

const AGE: Column = ["Age", (object, nowMs) => formatAge(textIn(object.metadata.creationTimestamp), nowMs)];
const NAME: Column = ["Name", (object) => object.metadata.name];

/** The kind's columns; name and age for kinds without their own. Events begin with their time instead. */
function columnsOf(resource: Resource): Column[] {
  const own = COLUMNS[resource.storage] ?? [AGE];
  const full = own.some(([name]) => name === "Age" || name === "Last Seen") ? own : [...own, AGE];
  return resource.storage === "events" ? full : [NAME, ...full];
}

function shownObject(object: KubeObject, includeObject: string | null): unknown {
  if (includeObject === "None") return undefined;
  if (includeObject === "Object") return object;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

/** Objects as `kubectl get` shows them (`Accept: …;as=Table`). */
export function buildTable(
  resource: Resource,
  objects: KubeObject[],
  options: TableOptions & { metadata?: object },
) {
  const columns = columnsOf(resource);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: options.metadata ?? { resourceVersion: objects[0]?.metadata.resourceVersion ?? "" },
    columnDefinitions: columns.map(([name, , priority = 0]) => ({
      name,
      type: "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(([, cell]) => cell(object, options.nowMs)),
      object: shownObject(object, options.includeObject),
    })),
  };
}
