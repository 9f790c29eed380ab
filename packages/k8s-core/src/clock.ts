/** Time, injected so that tests never sleep. */
export interface Clock {
  nowMs(): number;
  /** Calls back once after `delayMs`; returns the function that cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** The real time; its timers do not keep a process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
