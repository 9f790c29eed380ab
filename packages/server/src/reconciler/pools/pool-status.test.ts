import { expect, test } from "vitest";
import type { TemplateRecord } from "../../database/tables.ts";
import { computeLoad } from "./measure-pool.ts";
import type { PoolRecord } from "./pool-record.ts";
import { decidePoolStatus, type PoolFinding } from "./pool-status.ts";

const start = new Date("2026-01-01T00:00:00Z");
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const template = (state: TemplateRecord["state"], bundle = "base"): TemplateRecord => ({
  name: `template_${bundle}`,
  version: "19",
  bundle,
  state,
  message: state === "FAILED" ? "It could not be built." : "",
  since: start.toISOString(),
});
const fresh: PoolRecord = {
  id: "1",
  name: "postgres-shared-1",
  state: "PREPARING",
  state_message: "",
  desired_state: "ACTIVE",
  removal_requested_at: null,
  activated_at: null,
  unready_since: null,
  connection_budget: 800,
  cpu_millicores: null,
  memory_bytes: null,
  storage_bytes: null,
  used_tenants: 0,
  conditions: [],
  templates: [],
  measured_at: null,
  measured_active_ms: null,
};
const active: PoolRecord = { ...fresh, state: "ACTIVE", activated_at: start, templates: [template("READY")] };
const serving = (...templates: TemplateRecord[]): PoolFinding => ({ isServing: true, templates });
const down: PoolFinding = {
  isServing: false,
  problem: { reason: "NotReady", message: "The pod is gone.", isFinal: false },
};
const decide = (pool: PoolRecord, finding: PoolFinding, now = start) => ({
  ...pool,
  ...decidePoolStatus(pool, finding, { now, failedAfterMs: 60_000 }),
});

test("a new pool is active from its first template on, however many are still to be built", () => {
  const waiting = decide(fresh, serving(template("BUILDING"), template("WAITING", "crm")));
  expect(waiting).toMatchObject({ state: "PREPARING", activated_at: null });
  const ready = decide(waiting, serving(template("READY"), template("BUILDING", "crm")), after(5));
  expect(ready).toMatchObject({ state: "ACTIVE", activated_at: after(5), state_message: "" });
  expect(ready.conditions).toMatchObject([
    { type: "Ready", status: "True" },
    { type: "TemplatesReady", status: "False", message: "Not ready yet: 19 crm." },
  ]);
});

test("a server that restarts stays what it was, one that does not come back fails and says what to do", () => {
  const restarting = decide(active, down);
  expect(restarting).toMatchObject({
    state: "ACTIVE",
    unready_since: start,
    state_message: "The pod is gone.",
  });
  expect(decide(restarting, down, after(59)).state).toBe("ACTIVE");
  const failed = decide(restarting, down, after(60));
  expect(failed.state).toBe("FAILED");
  expect(failed.state_message).toMatch(/The pod is gone.*no tenants.*postgres-0.*postgres-shared-1/);
  const back = decide(failed, serving(template("READY")), after(90));
  expect(back).toMatchObject({ state: "ACTIVE", unready_since: null, state_message: "" });
});

test("a pool that fails while it is cordoned comes back cordoned", () => {
  const cordoned: PoolRecord = {
    ...active,
    state: "CORDONED",
    desired_state: "CORDONED",
    unready_since: start,
  };
  const failed = decide(cordoned, down, after(60));
  expect(failed.state).toBe("FAILED");
  expect(decide(failed, serving(template("READY")), after(61)).state).toBe("CORDONED");
});

test("a new pool whose first template fails has failed; an active one goes on with the templates it has", () => {
  expect(decide(fresh, serving(template("FAILED")))).toMatchObject({
    state: "FAILED",
    state_message: expect.stringContaining("It could not be built."),
  });
  const hurt = decide(active, serving(template("READY"), template("FAILED", "crm")));
  expect(hurt).toMatchObject({ state: "ACTIVE", state_message: "It could not be built." });
  expect(hurt.conditions).toContainEqual(
    expect.objectContaining({ type: "TemplatesReady", status: "False", reason: "TemplateFailed" }),
  );
});

test("load is the time sessions were busy, per core; a counter that began anew counts nothing", () => {
  const before = { measured_at: start, measured_active_ms: 1_000 };
  const now = after(10);
  expect(computeLoad(before, { activeMs: 11_000 }, { now, cores: 2 })).toBe(0.5);
  expect(computeLoad(before, { activeMs: 50 }, { now, cores: 2 })).toBe(0);
  const unknown = { measured_at: null, measured_active_ms: null };
  expect(computeLoad(unknown, { activeMs: 11_000 }, { now, cores: 2 })).toBe(0);
});
