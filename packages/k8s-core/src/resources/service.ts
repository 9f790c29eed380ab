import type { ApplicationPort } from "../application.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { buildSelectorLabels } from "../tenant/labels.ts";
import { namesOf } from "../tenant/names.ts";
import { buildMetadata, type Place } from "./place.ts";

interface ServiceInput {
  name: string;
  ports: ApplicationPort[];
  isHeadless?: boolean;
}

/** A Service over the owner's pods. */
export function buildService(place: Place, { name, ports, isHeadless }: ServiceInput): DesiredObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: buildMetadata(place, name, "network"),
    spec: {
      ...(isHeadless ? { clusterIP: "None" } : { type: "ClusterIP" }),
      selector: buildSelectorLabels(place.owner, place.application),
      ports: ports.map(({ name: portName, port }) => ({
        name: portName,
        port,
        targetPort: port,
        protocol: "TCP",
      })),
    },
  };
}

// The discard port: nothing listens there, so connections are refused at once.
export const blockedPort = 9;

/**
 * Where closed paths lead: the instance's pod, at a port where nothing listens.
 * Not a Service without endpoints: Traefik drops such a route and sends its requests to `/`.
 */
export function buildBlockedService(place: Place): DesiredObject {
  return buildService(place, {
    name: namesOf(place.application).blocked,
    ports: [{ name: "blocked", port: blockedPort }],
  });
}
