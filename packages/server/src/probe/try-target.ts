import { setTimeout as delay } from "node:timers/promises";
import { attempt } from "./attempt.ts";
import type { ProbeResult, ProbeTarget } from "./protocol.ts";

export interface TryOptions {
  /** A policy engine may take that long to learn of a new pod. */
  settleMs: number;
  timeoutMs?: number; // 3 s
  pauseMs?: number; // 0.5 s
}

/** Tries until what is expected has happened, or the time to settle is over; the last try counts. */
export async function tryTarget(target: ProbeTarget, options: TryOptions): Promise<ProbeResult> {
  const { settleMs, timeoutMs = 3_000, pauseMs = 500 } = options;
  const deadlineMs = performance.now() + settleMs;
  for (;;) {
    const result = await attempt(target, timeoutMs);
    const isAsExpected = (result.outcome === "ANSWERED") === (target.expects === "ANSWER");
    if (isAsExpected || performance.now() >= deadlineMs) return result;
    await delay(pauseMs);
  }
}
