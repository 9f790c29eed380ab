const firstDelayMs = 10_000;
const maxDelayMs = 300_000;
const resetAfterMs = 600_000;

/** How long a container that ended waits for its next start, as the real kubelet counts. */
export interface RestartBackoff {
  /** `ranForMs`: how long it had been running. The first restart is at once. */
  nextDelayMs(ranForMs: number): number;
}

export const makeRestartBackoff = (): RestartBackoff => {
  let restarts = 0;
  return {
    nextDelayMs(ranForMs) {
      if (ranForMs >= resetAfterMs) restarts = 0;
      restarts += 1;
      return restarts === 1 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(restarts - 2, 20));
    },
  };
};
