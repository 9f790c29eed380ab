import type { Route } from "../application.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { namesOf } from "../tenant/names.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { buildMetadata, type Place } from "./place.ts";

export interface IngressInput {
  hostname: string;
  routes: Route[];
  settings: Pick<ClusterSettings, "ingressClass" | "tls">;
}

/** One host, its paths to the instance's ports; closed paths to a Service that answers nothing. */
export function buildIngress(place: Place, { hostname, routes, settings }: IngressInput): DesiredObject {
  const { ingressClass, tls } = settings;
  const names = namesOf(place.application);
  const metadata = buildMetadata(place, names.workload, "network");
  const backendOf = ({ port }: Route) => ({
    service: port
      ? { name: names.workload, port: { name: port } }
      : { name: names.blocked, port: { name: "blocked" } },
  });
  const issuer = tls && "clusterIssuer" in tls ? tls.clusterIssuer : undefined;
  const tlsSecret = tls && "secretName" in tls ? tls.secretName : names.tls;
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: issuer ? { ...metadata, annotations: { "cert-manager.io/cluster-issuer": issuer } } : metadata,
    spec: {
      ingressClassName: ingressClass,
      ...(tls ? { tls: [{ hosts: [hostname], secretName: tlsSecret }] } : {}),
      rules: [
        {
          host: hostname,
          http: {
            paths: routes.map((route) => ({
              path: route.path,
              pathType: "Prefix",
              backend: backendOf(route),
            })),
          },
        },
      ],
    },
  };
}
