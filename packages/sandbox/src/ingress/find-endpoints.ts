import type { EndpointSlice, Service } from "../client/kube-types.ts";
import type { Route } from "./find-route.ts";

/** An address that serves a route. */
export interface Target {
  address: string;
  port: number;
}

/** The ready addresses of a route's Service; while all of them are ending, those that still serve. */
export function findEndpoints(route: Route, service: Service | undefined, slices: EndpointSlice[]): Target[] {
  const servicePort = service?.spec.ports?.find(
    ({ port, name }) => port === route.port.number || (name !== undefined && name === route.port.name),
  );
  if (!servicePort) return [];
  const collect = (isUsable: "ready" | "serving"): Target[] =>
    slices.flatMap((slice) => {
      const port = slice.ports?.find(({ name }) => (name ?? "") === (servicePort.name ?? ""))?.port;
      if (port === undefined) return [];
      const usable = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.[isUsable] !== false);
      return usable.flatMap(({ addresses }) => addresses.slice(0, 1).map((address) => ({ address, port })));
    });
  const ready = collect("ready");
  return ready.length > 0 ? ready : collect("serving");
}
