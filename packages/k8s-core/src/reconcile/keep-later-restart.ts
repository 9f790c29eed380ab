import type { Deployment, DesiredObject } from "../client/shapes.ts";
import { annotationKeys } from "../tenant/labels.ts";

/** `kubectl rollout restart` after ours stays: writing our own time again would restart the pods once more. */
export function keepLaterRestart(object: DesiredObject, live: Deployment | undefined): DesiredObject {
  const { spec } = object as Deployment;
  const wanted = readRestart(object as Deployment);
  const found = readRestart(live);
  if (wanted === undefined || found === undefined || !(Date.parse(found) > Date.parse(wanted))) return object;
  const metadata = spec?.template?.metadata;
  const annotations = { ...metadata?.annotations, [annotationKeys.restartedAt]: found };
  const template = { ...spec?.template, metadata: { ...metadata, annotations } };
  return { ...object, spec: { ...spec, template } } as DesiredObject;
}

const readRestart = (deployment: Deployment | undefined): string | undefined =>
  deployment?.spec?.template?.metadata?.annotations?.[annotationKeys.restartedAt];
