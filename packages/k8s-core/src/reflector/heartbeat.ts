import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";

export interface HeartbeatOptions {
  /** Throws when the API server does not answer. */
  ping(signal: AbortSignal): Promise<void>;
  /** It has not answered twice in a row: what is open is dead, though nobody said so. */
  onLost(): void;
  /** It answers again. */
  onBack(): void;
  clock: Clock;
  log?: Logger;
  everyMs?: number; // 5 s
  timeoutMs?: number; // 3 s
  /** Between two attempts while it does not answer. */
  retryMs?: number; // 1 s
}

const failuresUntilLost = 2;

/** Asks the API server every few seconds whether it is there: a connection without packets breaks for nobody. */
export function makeHeartbeat(options: HeartbeatOptions): { dispose(): void } {
  const { clock, log, everyMs = 5_000, timeoutMs = 3_000, retryMs = 1_000 } = options;
  let failures = 0;
  let cancel = () => {};
  const stop = new AbortController();

  const answered = () => {
    if (failures > 0) options.onBack();
    failures = 0;
  };
  const failed = (error: unknown) => {
    if (stop.signal.aborted) return;
    failures += 1;
    if (failures !== failuresUntilLost) return;
    log?.warn({ err: error }, "the API server does not answer");
    options.onLost();
  };
  const beat = async () => {
    const late = new AbortController();
    cancel = clock.setTimer(timeoutMs, () => late.abort());
    await options.ping(AbortSignal.any([late.signal, stop.signal])).then(answered, failed);
    cancel();
    if (!stop.signal.aborted) cancel = clock.setTimer(failures > 0 ? retryMs : everyMs, beat);
  };
  cancel = clock.setTimer(everyMs, beat);
  return {
    dispose() {
      stop.abort();
      cancel();
    },
  };
}
