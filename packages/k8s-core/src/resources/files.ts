import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { ContainerDescription } from "../application.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { buildMetadata, type Place } from "./place.ts";

type Files = Record<string, string>;

/** Files by base name: the keys of a ConfigMap or Secret. Throws when two files share one. */
export function keyFiles(files: Files): Files {
  const keyed: Files = {};
  for (const [path, content] of Object.entries(files)) {
    const key = posix.basename(path);
    if (key in keyed) throw new Error(`Two files are named ${key}`);
    keyed[key] = content;
  }
  return keyed;
}

/** A ConfigMap with a container's public files. */
export function buildConfigMap(place: Place, name: string, files: Files): DesiredObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: buildMetadata(place, name, "configuration"),
    data: keyFiles(files),
  };
}

/** A Secret with a container's secret files, and values that no container sees as a file of its own path. */
export function buildSecret(
  place: Place,
  name: string,
  content: { files: Files; values?: Record<string, string> },
): DesiredObject {
  const entries = Object.entries({ ...keyFiles(content.files), ...content.values });
  const encoded = entries.map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: buildMetadata(place, name, "configuration"),
    data: Object.fromEntries(encoded),
  };
}

/** Changes with any file: as an annotation of the pod template it rolls the pod. */
export function hashFiles(container: Pick<ContainerDescription, "configFiles" | "secretFiles">): string {
  const entries = Object.entries({ ...container.configFiles, ...container.secretFiles }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 16);
}

type Source = (items: { key: string; path: string }[]) => Record<string, unknown>;

/** Volumes and mounts that put each file where the container expects it: one volume per folder. */
export function buildFileMounts(prefix: string, files: Files, source: Source) {
  const folders = Map.groupBy(Object.keys(files).sort(), (path) => posix.dirname(path));
  const entries = [...folders].map(([folder, paths], index) => ({
    folder,
    paths,
    name: `${prefix}-${index}`,
  }));
  return {
    volumes: entries.map(({ name, paths }) => ({
      name,
      ...source(paths.map((path) => ({ key: posix.basename(path), path: posix.basename(path) }))),
    })),
    volumeMounts: entries.map(({ name, folder }) => ({ name, mountPath: folder, readOnly: true })),
  };
}
