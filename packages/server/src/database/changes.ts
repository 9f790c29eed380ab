import { sql } from "kysely";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { ChangeBus, ChangeTopic, Database } from "../core/ports.ts";
import { listenTo } from "./listen.ts";

/** How changes travel between replicas. */
export interface ChangesOptions {
  /** Sends the notifications. */
  database: Database;
  /** For the one session that listens. */
  listenerUrl: string;
  log: Log;
  gatherMs?: number;
}

/** The bus and its end. */
export interface Changes extends ChangeBus {
  /** False while this replica may be missing notifications. */
  isConnected(): boolean;
  dispose(): Promise<void>;
}

type Listener = (topic: ChangeTopic | "reconnected") => void;

const channel = "platform_changes";
const retryMs = 500;
const maxPayloadBytes = 7_900; // PostgreSQL's limit is 8,000

/** Change topics over LISTEN/NOTIFY: gathered for a moment, deduplicated, delivered to every replica. */
export function makeChanges(options: ChangesOptions): Changes {
  const { database, log, gatherMs = 15 } = options;
  const listeners = new Set<Listener>();
  const emit: Listener = (topic) => {
    for (const listener of listeners) {
      try {
        listener(topic);
      } catch (error) {
        log.error({ err: error, topic }, "a listener of changes failed");
      }
    }
  };
  const send = async (topics: Set<ChangeTopic>) => {
    for (const payload of buildPayloads(topics)) {
      await sql`select pg_notify(${channel}, ${payload})`.execute(database);
    }
  };
  const outbox = makeGatherer({ gatherMs, log, flush: send });
  const inbox = makeGatherer({
    gatherMs,
    log,
    flush: async (topics) => {
      for (const topic of topics) emit(topic);
    },
  });
  const session = listenTo({
    url: options.listenerUrl,
    applicationName: "saas-kit changes",
    channel,
    log,
    onNotification(payload) {
      for (const topic of payload.split(" ")) emit(topic as ChangeTopic);
    },
    onConnected: () => emit("reconnected"),
  });
  return {
    publish: outbox.add,
    publishLocally: inbox.add,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isConnected: session.isConnected,
    async dispose() {
      await Promise.all([outbox.dispose(), inbox.dispose()]);
      await session.dispose();
    },
  };
}

/** Topics joined by spaces, in as few payloads as the limit allows. */
export function buildPayloads(topics: Iterable<ChangeTopic>): string[] {
  const payloads: string[] = [];
  let current = "";
  for (const topic of topics) {
    const next = current === "" ? topic : `${current} ${topic}`;
    if (Buffer.byteLength(next) > maxPayloadBytes) {
      payloads.push(current);
      current = topic;
    } else {
      current = next;
    }
  }
  return current === "" ? payloads : [...payloads, current];
}

interface GathererOptions {
  gatherMs: number;
  log: Log;
  flush: (topics: Set<ChangeTopic>) => Promise<void>;
}

function makeGatherer({ gatherMs, log, flush }: GathererOptions) {
  const waiting = new Set<ChangeTopic>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();
  let isDisposed = false;

  const flushWaiting = async () => {
    const topics = new Set(waiting);
    waiting.clear();
    if (topics.size === 0) return;
    try {
      await flush(topics);
    } catch (error) {
      log.warn({ error: messageOf(error), topics: topics.size }, "changes wait to be announced");
      for (const topic of topics) waiting.add(topic);
      arm(retryMs);
    }
  };
  const flushNow = () => {
    clearTimeout(timer);
    timer = undefined;
    flushing = flushing.then(flushWaiting);
    return flushing;
  };
  const arm = (delayMs: number) => {
    if (!isDisposed) timer ??= setTimeout(() => void flushNow(), delayMs);
  };
  return {
    add(...topics: ChangeTopic[]) {
      for (const topic of topics) waiting.add(topic);
      arm(gatherMs);
    },
    dispose() {
      isDisposed = true;
      return flushNow();
    },
  };
}
