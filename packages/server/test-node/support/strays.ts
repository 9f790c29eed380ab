interface Stray {
  /** Of the collection. */
  path: string;
  object: object;
}

/** One harmless object of each kind that the server removes when a tenant does not want it. */
export function buildStrays(metadata: {
  name: string;
  namespace: string;
  labels: Record<string, string>;
}): Stray[] {
  const selector = { matchLabels: { app: metadata.name } };
  const pod = {
    metadata: { labels: { app: metadata.name } },
    spec: { containers: [{ name: "none", image: "none" }] },
  };
  const service = { name: metadata.name, port: { number: 80 } };
  const rule = {
    host: "stray.localhost",
    http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] },
  };
  const build = (
    apiVersion: string,
    plural: string,
    rest: { kind: string; [field: string]: unknown },
  ): Stray => ({
    path: `/${apiVersion === "v1" ? "api" : "apis"}/${apiVersion}/namespaces/${metadata.namespace}/${plural}`,
    object: { apiVersion, metadata, ...rest },
  });
  return [
    build("v1", "configmaps", { kind: "ConfigMap" }),
    build("v1", "services", { kind: "Service", spec: { ports: [{ port: 80 }] } }),
    build("v1", "limitranges", { kind: "LimitRange", spec: { limits: [] } }),
    build("v1", "resourcequotas", { kind: "ResourceQuota", spec: {} }),
    build("apps/v1", "deployments", { kind: "Deployment", spec: { replicas: 0, selector, template: pod } }),
    build("networking.k8s.io/v1", "ingresses", { kind: "Ingress", spec: { rules: [rule] } }),
    build("networking.k8s.io/v1", "networkpolicies", {
      kind: "NetworkPolicy",
      spec: { podSelector: selector },
    }),
  ];
}
