import { setTimeout as delay } from "node:timers/promises";

/** Waiting times that double from `firstMs` to `maxMs`, each between half and whole. */
export const backoffMs = (attempt: number, firstMs: number, maxMs: number): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30)) * (0.5 + Math.random() / 2);

/** Waits; an abort ends the wait early and is no error. */
export const sleepMs = async (ms: number, signal: AbortSignal): Promise<void> => {
  await delay(ms, undefined, { signal }).catch(() => undefined);
};
