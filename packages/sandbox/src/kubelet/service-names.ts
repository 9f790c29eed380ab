import type { ApiClient, Endpoint, EndpointSlice, Informer, Service } from "../client/index.ts";

/** Where a Service's name leads: an address, and the local port behind each of the Service's ports. */
export interface ServiceTarget {
  address: string;
  ports: Map<number, number>;
}

const namePattern =
  /(?<![\w.-])((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.){2,3}svc)(?:\.cluster\.local)?(?![\w-]|\.\w)(?::(\d+))?/g;

/** The cluster names of Services (`name.namespace.svc`, with or without a pod's name and the domain) in a text. */
export const findServiceNames = (text: string): string[] => [
  ...new Set([...text.matchAll(namePattern)].map((match) => match[1] ?? "")),
];

// `db_port = 5432` on a line of its own belongs to a host that is named elsewhere in the file.
const portLine = /^(\s*\w*port\w*\s*[=:]\s*["']?)(\d+)/gim;

/** Puts addresses in the place of Services' names, and local ports in the place of theirs. */
export const rewriteServiceNames = (text: string, targets: Map<string, ServiceTarget>): string => {
  const lone = new Map(findServiceNames(text).flatMap((name) => [...(targets.get(name)?.ports ?? [])]));
  return text
    .replace(portLine, (_all, key: string, port: string) => `${key}${lone.get(Number(port)) ?? port}`)
    .replace(namePattern, (all: string, name: string, port?: string) => {
      const target = targets.get(name);
      if (!target) return all;
      return port ? `${target.address}:${target.ports.get(Number(port)) ?? port}` : target.address;
    });
};

const isUsable = ({ conditions, targetRef, hostname }: Endpoint, podName: string | undefined): boolean =>
  podName === undefined ? conditions?.ready !== false : hostname === podName || targetRef?.name === podName;

// [pod.]service.namespace.svc
const takeApart = (name: string): (string | undefined)[] => {
  const labels = name.split(".").slice(0, -1);
  return labels.length === 3 ? labels : [undefined, ...labels];
};

const findEndpoint = (slices: EndpointSlice[], service: string, podName: string | undefined) => {
  for (const slice of slices) {
    if (slice.metadata.labels?.["kubernetes.io/service-name"] !== service) continue;
    const address = (slice.endpoints ?? []).find((one) => isUsable(one, podName))?.addresses[0];
    if (address) return { slice, address };
  }
  return undefined;
};

/** Resolves the names of Services as the cluster's DNS would. */
export interface ServiceNames {
  /** Waits until every name in the texts leads somewhere; returns what rewrites such texts. */
  resolve(
    texts: string[],
    signal: AbortSignal,
    onWaiting: (name: string) => void,
  ): Promise<(text: string) => string>;
}

export function makeServiceNames(client: ApiClient, slices: Informer<EndpointSlice>): ServiceNames {
  const waiters = new Set<() => void>();
  slices.listen(() => {
    for (const wake of waiters) wake();
  });

  const findTarget = async (name: string): Promise<ServiceTarget | undefined> => {
    const [podName, service = "", namespace = ""] = takeApart(name);
    const found = findEndpoint(slices.list(namespace), service, podName);
    if (!found) return undefined;
    const { spec } = await client.request<Service>(
      "GET",
      `/api/v1/namespaces/${namespace}/services/${service}`,
    );
    const pairs = (spec.ports ?? []).map((port) => {
      const local = found.slice.ports?.find((one) => (one.name ?? "") === (port.name ?? ""))?.port;
      return [port.port, local ?? port.port] as const;
    });
    return { address: found.address, ports: new Map(pairs) };
  };
  const awaitTarget = async (name: string, signal: AbortSignal, onWaiting: (name: string) => void) => {
    for (;;) {
      signal.throwIfAborted();
      const woken = Promise.withResolvers<void>();
      waiters.add(woken.resolve);
      signal.addEventListener("abort", () => woken.resolve(), { once: true });
      try {
        const target = await findTarget(name);
        if (target) return target;
        onWaiting(name);
        await woken.promise;
      } finally {
        waiters.delete(woken.resolve);
      }
    }
  };

  return {
    async resolve(texts, signal, onWaiting) {
      const targets = new Map<string, ServiceTarget>();
      const names = new Set(texts.flatMap(findServiceNames));
      if (names.size > 0) await slices.synced;
      for (const name of names) targets.set(name, await awaitTarget(name, signal, onWaiting));
      return (text) => rewriteServiceNames(text, targets);
    },
  };
}
