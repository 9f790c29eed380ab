import { expect, test } from "vitest";
import type { Leftover } from "./find-leftovers.ts";
import { judgeLeftover, type OwnerFacts } from "./judge-leftover.ts";

const tenantId = "11111111-2222-4333-8444-555555555555";
const of = (kind: Leftover["kind"], change: Partial<Leftover> = {}): Leftover => ({
  ...{ kind, place: "postgres-shared-1", name: "t_1", tenantId, isOurs: true },
  ...change,
});
const owner = (change: Partial<OwnerFacts> = {}): OwnerFacts => ({
  ...{ tenant: "NONE", placedOn: null, isPoolKnown: true },
  ...change,
});
const removalOf = (leftover: Leftover, facts: OwnerFacts) => judgeLeftover(leftover, facts)?.removal;

test.each(["DATABASE", "ROLE", "NAMESPACE"] as const)(
  "a %s of a deleted tenant goes at once, of an unknown one after the grace",
  (kind) => {
    expect(removalOf(of(kind), owner({ tenant: "BURIED" }))).toBe("AT_ONCE");
    expect(removalOf(of(kind), owner())).toBe("AFTER_GRACE");
  },
);

test("what a living tenant has is no orphan, nor what is made before it has a place", () => {
  const alive = owner({ tenant: "ALIVE", placedOn: "postgres-shared-1" });
  for (const kind of ["DATABASE", "ROLE", "NAMESPACE"] as const)
    expect(judgeLeftover(of(kind), alive)).toBeUndefined();
  expect(judgeLeftover(of("DATABASE"), owner({ tenant: "ALIVE" }))).toBeUndefined();
});

test("a second database and a lost volume of a living tenant are somebody's to look at", () => {
  const alive = owner({ tenant: "ALIVE", placedOn: "postgres-shared-2" });
  expect(removalOf(of("DATABASE"), alive)).toBe("BY_HAND");
  expect(removalOf(of("VOLUME"), alive)).toBe("BY_HAND");
});

test("what is only named like ours is never removed", () => {
  expect(removalOf(of("DATABASE", { isOurs: false }), owner())).toBe("BY_HAND");
  expect(removalOf(of("NAMESPACE", { isOurs: false }), owner({ tenant: "BURIED" }))).toBe("BY_HAND");
});

test("a volume that was kept when its tenant was deleted has its time", () => {
  expect(removalOf(of("VOLUME"), owner({ tenant: "BURIED" }))).toBe("AFTER_GRACE");
});

test("what is an unknown pool's is never removed, for customers' data may be in it", () => {
  const pool = { tenantId: null, name: "postgres-shared-9" };
  expect(judgeLeftover(of("NAMESPACE", pool), owner())).toBeUndefined();
  for (const kind of ["NAMESPACE", "VOLUME"] as const) {
    expect(removalOf(of(kind, pool), owner({ isPoolKnown: false }))).toBe("BY_HAND");
  }
});
