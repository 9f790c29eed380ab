import type { Ingress, IngressBackend, IngressPath } from "../client/kube-types.ts";

/** Where a request goes: a Service's port, in the namespace of the Ingress. */
export interface Route {
  namespace: string;
  serviceName: string;
  port: { number?: number; name?: string };
}

const toRoute = (ingress: Ingress, { service }: IngressBackend): Route | undefined =>
  service && {
    namespace: ingress.metadata.namespace ?? "",
    serviceName: service.name,
    port: service.port ?? {},
  };

const isPrefixOf = (prefix: string, path: string): boolean => {
  const trimmed = prefix.replace(/\/+$/, "");
  return path === trimmed || path.startsWith(`${trimmed}/`);
};

const matchesPath = ({ path = "/", pathType = "Prefix" }: IngressPath, asked: string): boolean =>
  pathType === "Exact" ? asked === path : isPrefixOf(path, asked);

/** 2 for the very host, 1 for a wildcard of one label, 0 for a rule without host; undefined: another host. */
const rankHost = (rule: string | undefined, host: string): number | undefined => {
  if (!rule) return 0;
  if (rule.toLowerCase() === host) return 2;
  return rule.startsWith("*.") && host.slice(host.indexOf(".")) === rule.slice(1).toLowerCase()
    ? 1
    : undefined;
};

/** The host of a Host header: lower case, without port. */
export const parseHost = (header: string | undefined): string =>
  (header ?? "").toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");

/** Finds the backend: exact hosts before wildcards, exact paths before prefixes, longer before shorter, older before younger. */
export function findRoute(ingresses: Ingress[], host: string, path: string): Route | undefined {
  const candidates = ingresses.flatMap((ingress) =>
    (ingress.spec.rules ?? []).flatMap((rule) => {
      const rank = rankHost(rule.host, host);
      const paths =
        rank === undefined ? [] : (rule.http?.paths ?? []).filter((each) => matchesPath(each, path));
      return paths.map((each) => ({
        route: toRoute(ingress, each.backend),
        order: [rank ?? 0, each.pathType === "Exact" ? 1 : 0, each.path?.length ?? 1],
        age: ingress.metadata.creationTimestamp ?? "",
      }));
    }),
  );
  const [best] = candidates.sort((a, b) => {
    const difference = a.order
      .map((value, index) => (b.order[index] ?? 0) - value)
      .find((each) => each !== 0);
    return difference ?? (a.age < b.age ? -1 : 1);
  });
  if (best) return best.route;
  const fallback = ingresses.find(({ spec }) => spec.defaultBackend);
  return fallback?.spec.defaultBackend && toRoute(fallback, fallback.spec.defaultBackend);
}
