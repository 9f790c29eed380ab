import { type KubernetesObject, kinds, namespaceOf } from "@odoo-saas/k8s-core";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type LifecycleApi, startLifecycleApi } from "./support/lifecycle-api.ts";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
let api: LifecycleApi;
beforeAll(async () => {
  await harness.start();
  api = await startLifecycleApi();
}, 60_000);
afterAll(async () => {
  await api?.dispose();
  await harness.dispose();
});
afterEach(() => {
  harness.afterWrite = () => {};
  vi.restoreAllMocks();
});

async function makeTenant(slug: string) {
  const { id } = await harness.createTenant(slug);
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
  return id;
}

const untilSucceeded = (operationId: string) =>
  until(async () => expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" }));

const configHashOf = (id: string) =>
  JSON.stringify(harness.kubernetes.get(kinds.Deployment, namespaceOf({ id }), "odoo")?.spec).match(
    /config-hash":"(\w+)"/,
  )?.[1];

const canSignIn: typeof harness.canSignIn = (login) => harness.canSignIn(login);

/** Times of a tenant's writes to the cluster, by kind. */
function watchWrites(id: string) {
  const times: Record<string, number[]> = {};
  harness.afterWrite = ({ kind, metadata }: KubernetesObject) => {
    if (metadata.namespace !== namespaceOf({ id })) return;
    times[kind] = [...(times[kind] ?? []), Date.now()];
  };
  return times;
}

test("the new password is in the Secret before the role has it, and the processes are replaced once", async () => {
  const id = await makeTenant("rotated");
  const [old, oldHash] = [harness.login(id), configHashOf(id)];
  const times = watchWrites(id);
  const operationId = await harness.requestRotation(id);
  await untilSucceeded(operationId);
  expect(await harness.steps(operationId, "SUCCEEDED")).toEqual(["SECRETS", "DATABASE", "WORKLOAD", "READY"]);
  const now = harness.login(id);
  expect(now.password).not.toBe(old.password);
  expect([await canSignIn(now), await canSignIn(old)]).toEqual([true, false]);
  expect(configHashOf(id)).not.toBe(oldHash);
  expect(Object.keys(times).sort()).toEqual(["Deployment", "Secret"]);
  expect([times.Secret!.length, times.Deployment!.length]).toEqual([1, 1]);
  const { rows } = await harness.asSuperuser((client) =>
    client.query("select password_set_at as at from control.databases where role_name = $1", [now.user]),
  );
  const roleAtMs = Number(rows[0].at);
  expect(times.Secret![0]).toBeLessThanOrEqual(roleAtMs);
  expect(roleAtMs).toBeLessThanOrEqual(times.Deployment![0]!);
});

test.each(["Secret", "role", "Deployment"])(
  "killed after the %s was written, the next run ends with the same password and one restart",
  async (where) => {
    const id = await makeTenant(`killed-${where.toLowerCase()}`);
    const before = configHashOf(id);
    const passwords = new Set([harness.login(id).password]);
    const hashes = new Set([before]);
    let isKilled = false;
    const kill = () => {
      if (isKilled) return;
      isKilled = true;
      throw new Error("killed");
    };
    harness.afterWrite = ({ kind, metadata }) => {
      if (metadata.namespace !== namespaceOf({ id })) return;
      passwords.add(harness.login(id).password);
      hashes.add(configHashOf(id));
      if (kind === where) kill();
    };
    if (where === "role") killAfterRole(harness.login(id).user, kill);
    await untilSucceeded(await harness.requestRotation(id));
    expect(isKilled).toBe(true);
    expect([passwords.size, hashes.size]).toEqual([2, 2]);
    expect(await canSignIn(harness.login(id))).toBe(true);
  },
);

function killAfterRole(role: string, kill: () => void) {
  const query = pg.Client.prototype.query;
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...args) {
    const running = query.apply(this, args as never) as unknown as Promise<unknown>;
    const isOurs = String(args[0]).includes(`alter role "${role}" login`);
    return (isOurs ? running.then(kill) : running) as never;
  });
}

test("a stopped tenant gets its new password and stays stopped", async () => {
  const id = await makeTenant("asleep");
  const change = { desired_run_state: "STOPPED" as const };
  await harness.database.worker.updateTable("tenants").set(change).where("id", "=", id).execute();
  harness.kubernetes.remove(kinds.Pod, namespaceOf({ id }), "odoo-0");
  const old = harness.login(id);
  await untilSucceeded(await harness.requestRotation(id));
  expect([await canSignIn(harness.login(id)), await canSignIn(old)]).toEqual([true, false]);
  expect(await harness.tenant(id)).toMatchObject({ state: "STOPPED" });
  expect(harness.kubernetes.get(kinds.Deployment, namespaceOf({ id }), "odoo")).toHaveProperty(
    "spec.replicas",
    0,
  );
});

test("asked for by API, it raises the version once, is one operation while under way, and cannot be taken back", async () => {
  const tenantId = await api.makeTenant("by-api");
  const first = await api.ask("rotateDatabaseCredentials", { tenantId });
  expect(first).toMatchObject({
    userErrors: [],
    operation: {
      kind: "ROTATE_CREDENTIALS",
      state: "PENDING",
      canCancel: false,
      plannedSteps: ["ACCEPTED", "SECRETS", "DATABASE", "WORKLOAD", "READY"],
    },
  });
  const again = await api.ask("rotateDatabaseCredentials", { tenantId });
  expect(again.operation.id).toBe(first.operation.id);
  expect(await api.rowOf(tenantId)).toMatchObject({ credentials_version: 2 });
  const cancelled = await api.ask("cancelOperation", { operationId: first.operation.id });
  expect(cancelled.userErrors).toMatchObject([{ code: "NOT_CANCELLABLE" }]);
  await api.finishAll(tenantId);
  await api.ask("rotateDatabaseCredentials", { tenantId });
  expect(await api.rowOf(tenantId)).toMatchObject({ credentials_version: 3 });
});

test("somebody else's instance, or one that is being made, has no credentials to change", async () => {
  const tenantId = await api.makeTenant("not-yours");
  const { errors } = await api.askAs(api.bob, "rotateDatabaseCredentials", { tenantId });
  expect(errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  const creating = await api.beginCreation("unfinished");
  const refused = await api.ask("rotateDatabaseCredentials", { tenantId: creating });
  expect(refused.userErrors).toMatchObject([{ code: "NOT_AVAILABLE" }]);
  expect(await api.rowOf(creating)).toMatchObject({ credentials_version: 1 });
});
