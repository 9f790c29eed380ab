import { Agent, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { ApiClient } from "../client/api-client.ts";
import { isApiError } from "../client/api-error.ts";
import { makeInformer } from "../client/informer.ts";
import type { EndpointSlice, Ingress, Service } from "../client/kube-types.ts";
import type { Log } from "../client/log.ts";
import { findEndpoints, type Target } from "./find-endpoints.ts";
import { findRoute, parseHost } from "./find-route.ts";
import { notFoundPage, notReadyPage, type Page } from "./pages.ts";
import { forwardRequest, forwardUpgrade, refuseUpgrade, sendPage } from "./proxy.ts";

export interface IngressControllerOptions {
  client: ApiClient;
  /** 0 means any free port. */
  port: number;
  /** The address to listen on. */
  host: string;
  /** Ingresses of this class are served, and those of no class. */
  ingressClass: string;
  log: Log;
}

export interface IngressController {
  port: number;
  dispose(): Promise<void>;
}

const serviceNameLabel = "kubernetes.io/service-name";
const classAnnotation = "kubernetes.io/ingress.class";

const followRoutes = ({ client, ingressClass, log }: IngressControllerOptions) => {
  const ingresses = makeInformer<Ingress>({ client, log, path: "/apis/networking.k8s.io/v1/ingresses" });
  const services = makeInformer<Service>({ client, log, path: "/api/v1/services" });
  const slices = makeInformer<EndpointSlice>({
    client,
    log,
    path: "/apis/discovery.k8s.io/v1/endpointslices",
  });
  const isOurs = ({ spec, metadata }: Ingress): boolean =>
    (spec.ingressClassName ?? metadata.annotations?.[classAnnotation] ?? ingressClass) === ingressClass;
  let turn = 0;

  /** The targets of a request, another one first each time; or the page that says why there are none. */
  const findTargets = (request: IncomingMessage): Target[] | Page => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const route = findRoute(ingresses.list().filter(isOurs), parseHost(request.headers.host), path);
    if (!route) return notFoundPage;
    const ofService = slices
      .list(route.namespace)
      .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === route.serviceName);
    const targets = findEndpoints(route, services.get(route.namespace, route.serviceName), ofService);
    if (targets.length === 0) return notReadyPage;
    const first = turn++ % targets.length;
    return [...targets.slice(first), ...targets.slice(0, first)];
  };
  return {
    ingresses,
    isOurs,
    findTargets,
    synced: Promise.all([ingresses.synced, services.synced, slices.synced]),
    dispose: () => [ingresses, services, slices].forEach((informer) => void informer.dispose()),
  };
};

const writeStatus = async (
  client: ApiClient,
  ingress: Ingress,
  [address, port]: [string, number],
): Promise<void> => {
  const wanted = [{ ip: address, ports: [{ port, protocol: "TCP" }] }];
  const known = ingress.status?.loadBalancer?.ingress?.[0];
  if (ingress.metadata.deletionTimestamp || (known?.ip === address && known.ports?.[0]?.port === port))
    return;
  const { namespace, name } = ingress.metadata;
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${name}/status`;
  await client.request("PATCH", path, { status: { loadBalancer: { ingress: wanted } } });
};

/** Serves what Ingress objects ask for on one HTTP port, straight to the endpoints of their Services. */
export async function makeIngressController(options: IngressControllerOptions): Promise<IngressController> {
  const routes = followRoutes(options);
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  const server = createServer((request, response) => {
    const targets = routes.findTargets(request);
    if (Array.isArray(targets)) forwardRequest(agent, [request, response], targets);
    else sendPage(request, response, targets);
  });
  // Long uploads and downloads are the backends' business.
  server.requestTimeout = 0;
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    const targets = routes.findTargets(request);
    if (Array.isArray(targets)) forwardUpgrade(request, [socket, head], targets);
    else refuseUpgrade(request, socket, targets);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  }).catch((error: unknown) => {
    routes.dispose();
    throw error;
  });
  const { port, address } = server.address() as AddressInfo;
  const publish = (ingress: Ingress): void => {
    writeStatus(options.client, ingress, [
      address === "::" || address === "0.0.0.0" ? "127.0.0.1" : address,
      port,
    ]).catch((error: unknown) => {
      const level = isApiError(error, 404) ? "debug" : "warn";
      options.log[level]("The status of an Ingress was not written", { error: String(error) });
    });
  };
  routes.ingresses.listen((type, ingress) => {
    if (type !== "DELETED" && routes.isOurs(ingress)) publish(ingress);
  });
  await routes.synced;
  for (const ingress of routes.ingresses.list()) if (routes.isOurs(ingress)) publish(ingress);

  return {
    port,
    async dispose() {
      routes.dispose();
      for (const socket of upgraded) socket.destroy();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}
