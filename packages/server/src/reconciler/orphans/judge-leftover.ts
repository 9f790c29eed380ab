import type { Leftover } from "./find-leftovers.ts";

/** What the platform's database tells of the owner that a name speaks of. */
export interface OwnerFacts {
  /** NONE: no row; BURIED: deleted for good. */
  tenant: "NONE" | "ALIVE" | "BURIED";
  /** Server on which a living tenant's database belongs; null before it has a place. */
  placedOn: string | null;
  /** For what is a pool's: there is a row of it. */
  isPoolKnown: boolean;
}

/** Why something belongs to nobody, and when it may go. */
export interface Verdict {
  reason: string;
  /** AT_ONCE: its tenant was deleted; AFTER_GRACE: nobody remembers it; BY_HAND: somebody must look at it. */
  removal: "AT_ONCE" | "AFTER_GRACE" | "BY_HAND";
}

/** Undefined when it belongs to somebody. */
export function judgeLeftover(leftover: Leftover, owner: OwnerFacts): Verdict | undefined {
  if (leftover.tenantId === null) return owner.isPoolKnown ? undefined : judgePool(leftover);
  if (owner.tenant === "ALIVE") return judgeOfLiving(leftover, owner);
  if (!leftover.isOurs) return notOurs;
  if (owner.tenant === "NONE") {
    return { reason: "There is no instance of this id.", removal: "AFTER_GRACE" };
  }
  const reason = "Its instance was deleted.";
  // What was kept on purpose when it was deleted gets its time.
  return { reason, removal: leftover.kind === "VOLUME" ? "AFTER_GRACE" : "AT_ONCE" };
}

const notOurs: Verdict = {
  reason:
    "It is named like an instance's, but the platform did not make it: remove it by hand if it is not needed.",
  removal: "BY_HAND",
};

const judgePool = ({ kind }: Leftover): Verdict => ({
  reason:
    kind === "VOLUME"
      ? "It held a database server's data and its claim is gone: look whether it is still needed."
      : "The platform knows no such database server, and it may hold customers' data: look before you delete it.",
  removal: "BY_HAND",
});

function judgeOfLiving({ kind, place }: Leftover, { placedOn }: OwnerFacts): Verdict | undefined {
  if (kind === "NAMESPACE") return undefined;
  if (kind === "VOLUME") {
    return {
      reason:
        "Its claim was deleted while its instance lives: bind it again, or delete it if it is not needed.",
      removal: "BY_HAND",
    };
  }
  if (placedOn === null || placedOn === place) return undefined;
  return {
    reason: `Its instance lives on ${placedOn}: compare the two before you drop this one.`,
    removal: "BY_HAND",
  };
}
