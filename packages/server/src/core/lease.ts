import type { ReconcileKey } from "./ports.ts";

/** The right to reconcile one key for a short while; a later holder has a higher epoch. */
export interface Lease {
  readonly key: ReconcileKey;
  readonly epoch: number;
  /** By the machine's monotonic clock, with a margin: true means no other holder can exist yet. */
  isHeld(): boolean;
  /** Throws `LeaseLostError`; called before every write to another server. */
  assertHeld(): void;
}

/** The run must stop: somebody else may hold the key by now. */
export class LeaseLostError extends Error {
  constructor(key: string) {
    super(`the lease on ${key} was lost`);
    this.name = "LeaseLostError";
  }
}
