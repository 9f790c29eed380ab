import { RESOURCES, type Resource } from "../kinds.ts";
import { GROUP_VERSIONS } from "./discovery.ts";

const rootOf = (groupVersion: string) =>
  groupVersion.includes("/") ? `apis/${groupVersion}` : `api/${groupVersion}`;
const gvkOf = ({ group, version, kind }: Resource) => ({ group, version, kind });
const schemaName = ({ group, version, kind }: Resource) =>
  `io.k8s.api.${(group || "core").split(".")[0]}.${version}.${kind}`;

/** Any fields are allowed: contents are judged by the server, not by the client's copy of a schema. */
const openSchema = (resource: Resource) => ({
  type: "object",
  properties: { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } },
  "x-kubernetes-group-version-kind": [gvkOf(resource)],
  "x-kubernetes-preserve-unknown-fields": true,
});

const PARAMETERS = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string" },
}));

function pathsOf(resource: Resource): [string, unknown][] {
  const root = `/${rootOf(resource.apiVersion)}${resource.isNamespaced ? "/namespaces/{namespace}" : ""}/${resource.plural}`;
  const operation = (action: string) => ({
    parameters: PARAMETERS,
    responses: { "200": { description: "OK" } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvkOf(resource),
  });
  return [
    [root, { post: operation("post") }],
    [`${root}/{name}`, { put: operation("put"), patch: operation("patch") }],
  ];
}

const INFO = { title: "Kubernetes", version: "v1.34.4" };

function documentOf(groupVersion: string) {
  const resources = RESOURCES.filter((resource) => resource.apiVersion === groupVersion);
  const schemas = Object.fromEntries(
    resources.map((resource) => [schemaName(resource), openSchema(resource)]),
  );
  return {
    openapi: "3.0.0",
    info: INFO,
    paths: Object.fromEntries(resources.flatMap(pathsOf)),
    components: { schemas },
  };
}

/** The OpenAPI documents: v3 by group, and v2 as a whole; undefined for other paths. */
export function findOpenApi(path: string): unknown {
  if (path === "/openapi/v2") {
    const definitions = Object.fromEntries(
      RESOURCES.map((resource) => [schemaName(resource), openSchema(resource)]),
    );
    return { swagger: "2.0", info: INFO, paths: {}, definitions };
  }
  if (path === "/openapi/v3") {
    const paths = GROUP_VERSIONS.map(rootOf).map((root) => [
      root,
      { serverRelativeURL: `/openapi/v3/${root}?hash=1` },
    ]);
    return { paths: Object.fromEntries(paths) };
  }
  const groupVersion = GROUP_VERSIONS.find((each) => path === `/openapi/v3/${rootOf(each)}`);
  return groupVersion && documentOf(groupVersion);
}
