/** Delays between attempts: none before the first, then exponential with full jitter. */
export class Backoff {
  #failures = 0;

  constructor(private readonly options: { baseMs: number; maxMs: number; random: () => number }) {}

  reset(): void {
    this.#failures = 0;
  }

  nextDelayMs(): number {
    const { baseMs, maxMs, random } = this.options;
    const failures = this.#failures++;
    if (failures === 0) return 0;
    const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 20));
    return Math.round(ceilingMs * (0.5 + random() / 2));
  }
}
