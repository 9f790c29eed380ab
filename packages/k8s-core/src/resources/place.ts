import { buildLabels, type LabelInput } from "../tenant/labels.ts";

/** Whose an object is and where it lives. */
export interface Place extends Omit<LabelInput, "component"> {
  namespace: string;
}

/** Metadata of an object of a place. */
export function buildMetadata(place: Place, name: string, component: string) {
  return { name, namespace: place.namespace, labels: buildLabels({ ...place, component }) };
}
