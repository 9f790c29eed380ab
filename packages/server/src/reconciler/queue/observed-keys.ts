import type { Log } from "../../core/log.ts";
import type { Database, ReconcileKey } from "../../core/ports.ts";
import { observeKeys } from "./requests.ts";

/** Gathers the keys of watch events for a moment and writes them in one statement. */
export interface ObservedKeys {
  observe(key: ReconcileKey): void;
  dispose(): Promise<void>;
}

export interface ObservedKeysOptions {
  database: Database;
  log: Log;
  onWritten: () => void;
  gatherMs?: number;
  retryMs?: number;
}

/** Keys that cannot be written now are kept and written later. */
export function makeObservedKeys(options: ObservedKeysOptions): ObservedKeys {
  const { database, log, onWritten, gatherMs = 20, retryMs = 1_000 } = options;
  const waiting = new Set<ReconcileKey>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isDisposed = false;

  const write = async () => {
    timer = undefined;
    const keys = [...waiting];
    waiting.clear();
    if (keys.length === 0) return;
    try {
      await observeKeys(database, keys);
      onWritten();
    } catch (error) {
      log.warn({ error: (error as Error).message, keys: keys.length }, "observed changes wait to be queued");
      for (const key of keys) waiting.add(key);
      arm(retryMs);
    }
  };
  const arm = (delayMs: number) => {
    if (isDisposed || timer !== undefined) return;
    timer = setTimeout(() => {
      writing = write();
    }, delayMs);
  };

  return {
    observe(key) {
      waiting.add(key);
      arm(gatherMs);
    },
    async dispose() {
      isDisposed = true;
      clearTimeout(timer);
      await writing;
    },
  };
}
