import { randomUUID } from "node:crypto";
import type { ApiClient } from "./api-client.ts";
import type { KubeEvent, ObjectReference } from "./kube-types.ts";
import type { Log } from "./log.ts";
import { toTime } from "./time.ts";

export interface Happening {
  about: ObjectReference;
  type: "Normal" | "Warning";
  reason: string;
  message: string;
}

/** Writes Kubernetes Events in the background; a repeated one becomes a count. */
export type RecordEvent = (happening: Happening) => void;

export interface EventRecorderOptions {
  client: ApiClient;
  component: string;
  /** The node that it speaks of itself. */
  host?: string;
  log: Log;
  nowMs?(): number;
}

const knownLimit = 1_000;
const writeDelayMs = 30;

const collectionOf = ({ namespace = "default" }: ObjectReference): string =>
  `/api/v1/namespaces/${namespace}/events`;

/** Makes a recorder that signs with a component's name. */
export function makeEventRecorder(options: EventRecorderOptions): RecordEvent {
  const { client, component, host, log, nowMs = Date.now } = options;
  const known = new Map<string, { name: string; count: number }>();

  const writeNew = async (name: string, { about, ...what }: Happening): Promise<void> => {
    const time = toTime(nowMs());
    const event: KubeEvent = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: about.namespace ?? "default" },
      involvedObject: about,
      ...what,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component, ...(host && { host }) },
      reportingComponent: component,
      reportingInstance: host ?? "",
    };
    await client.request("POST", collectionOf(about), event);
  };

  const write = async (happening: Happening, identity: string): Promise<void> => {
    const { about } = happening;
    const { name, count } = known.get(identity) ?? {
      name: `${about.name}.${randomUUID().slice(-12)}`,
      count: 0,
    };
    known.delete(identity);
    known.set(identity, { name, count: count + 1 });
    const [oldest] = known.keys();
    if (known.size > knownLimit && oldest !== undefined) known.delete(oldest);
    if (count === 0) return writeNew(name, happening);
    const patch = { count: count + 1, lastTimestamp: toTime(nowMs()) };
    await client.request("PATCH", `${collectionOf(about)}/${name}`, patch);
  };

  const writeOrForget = (happening: Happening): void => {
    const identity = [happening.about.uid, happening.reason, happening.message].join("\n");
    write(happening, identity).catch((error: unknown) => {
      // An Event only tells people something: that it cannot be written (its namespace ends) stops nobody.
      known.delete(identity);
      log.debug("An Event was not written", { reason: happening.reason, error: String(error) });
    });
  };
  // A little later, so that the steps that matter go first.
  return (happening) => void setTimeout(writeOrForget, writeDelayMs, happening).unref();
}
