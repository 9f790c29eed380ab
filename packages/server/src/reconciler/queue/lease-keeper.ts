import { type Lease, LeaseLostError } from "../../core/lease.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../core/ports.ts";
import { type Claim, renewLeases } from "./claims.ts";

/** Leases of the runs under way, lengthened by heartbeats. */
export interface LeaseKeeper {
  /** `claimedAtMs`: monotonic time taken before the claim was sent. */
  hold(claim: Claim, claimedAtMs: number): Lease;
  release(claim: Claim): void;
  /** Nothing is held any more. */
  loseAll(): void;
  /** Ends the heartbeats and loses what is held. */
  dispose(): void;
}

interface HeldLease {
  key: string;
  epoch: number;
  heldUntilMs: number;
  /** For good: a heartbeat that was under way then does not bring it back. */
  isLost: boolean;
}

export interface LeaseKeeperOptions {
  database: Database;
  log: Log;
  leaseMs: number;
  heartbeatMs: number;
}

/** A lease counts as held for three quarters of its time in the database since the last heartbeat was sent. */
export function makeLeaseKeeper({ database, log, leaseMs, heartbeatMs }: LeaseKeeperOptions): LeaseKeeper {
  const held = new Map<string, HeldLease>();
  const trustedMs = leaseMs * 0.75;

  const beat = async () => {
    const leases = [...held.values()].filter(({ isLost }) => !isLost);
    if (leases.length === 0) return;
    const sentAtMs = performance.now();
    const renewed = new Set(await renewLeases(database, { leases, leaseMs }));
    for (const lease of leases) {
      if (renewed.has(lease.key)) lease.heldUntilMs = sentAtMs + trustedMs;
      else lease.isLost = true;
    }
  };
  const timer = setInterval(() => {
    beat().catch((error: Error) => log.warn({ error: error.message }, "a heartbeat failed"));
  }, heartbeatMs);

  const loseAll = () => {
    for (const lease of held.values()) lease.isLost = true;
  };

  return {
    hold(claim, claimedAtMs) {
      const lease = {
        key: claim.key,
        epoch: claim.epoch,
        heldUntilMs: claimedAtMs + trustedMs,
        isLost: false,
      };
      held.set(claim.key, lease);
      const isHeld = () => !lease.isLost && performance.now() < lease.heldUntilMs;
      const assertHeld = () => {
        if (!isHeld()) throw new LeaseLostError(claim.key);
      };
      return { key: claim.key, epoch: claim.epoch, isHeld, assertHeld };
    },
    release(claim) {
      if (held.get(claim.key)?.epoch === claim.epoch) held.delete(claim.key);
    },
    loseAll,
    dispose() {
      clearInterval(timer);
      loseAll();
    },
  };
}
