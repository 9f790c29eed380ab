import { type Clock, systemClock } from "../clock.ts";

export interface HeartbeatOptions {
  /** A cheap request to the API server; resolves when it answers at all. */
  probe: (signal: AbortSignal) => Promise<unknown>;
  /** Called when no answer came in time: the server hangs, and its watches would stay silent with it. */
  onSilence: () => void;
  intervalMs?: number; // 10 s
  timeoutMs?: number; // 5 s
  clock?: Clock;
}

/**
 * Notices an API server that hangs while its connections stay open. A refused or broken connection is
 * none of its business: watches notice that themselves.
 */
export function makeHeartbeat(options: HeartbeatOptions): { dispose(): void } {
  const { probe, onSilence, intervalMs = 10_000, timeoutMs = 5_000, clock = systemClock } = options;
  const stop = new AbortController();
  let cancel = clock.setTimer(intervalMs, beat);

  function beat(): void {
    const answered = new AbortController();
    const cancelTimeout = clock.setTimer(timeoutMs, () => {
      answered.abort();
      onSilence();
    });
    const goOn = () => {
      cancelTimeout();
      if (!stop.signal.aborted) cancel = clock.setTimer(intervalMs, beat);
    };
    void probe(AbortSignal.any([answered.signal, stop.signal])).then(goOn, goOn);
  }

  return {
    dispose() {
      stop.abort();
      cancel();
    },
  };
}
