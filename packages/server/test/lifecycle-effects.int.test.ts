import { type KubernetesObject, kinds, namespaceOf } from "@odoo-saas/k8s-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeLifecycleRequests } from "./support/lifecycle-requests.ts";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
let ask: Awaited<ReturnType<typeof makeLifecycleRequests>>;
beforeAll(async () => {
  await harness.start();
  ask = await makeLifecycleRequests(harness);
}, 60_000);
afterAll(() => harness.dispose());
afterEach(() => {
  harness.afterWrite = () => {};
});

interface Workload extends KubernetesObject {
  spec: {
    replicas: number;
    template: {
      metadata: { annotations: Record<string, string> };
      spec: { containers: { resources: { limits: Record<string, string> } }[] };
    };
  };
}

const get = <T extends KubernetesObject>(
  kind: Parameters<typeof harness.kubernetes.get>[0],
  id: string,
  name: string,
) => harness.kubernetes.get<T>(kind, namespaceOf({ id }), name)!;
const deploymentOf = (id: string) => get<Workload>(kinds.Deployment, id, "odoo");
const confOf = (id: string) => {
  const { data } = get<KubernetesObject & { data: Record<string, string> }>(kinds.Secret, id, "odoo");
  return Buffer.from(data["odoo.conf"]!, "base64").toString();
};

async function makeTenant(slug: string): Promise<string> {
  const { id } = await harness.createTenant(slug);
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
  return id;
}

const untilState = (operationId: string, state: string) =>
  until(async () => expect(await harness.operation(operationId)).toMatchObject({ state }));

test("a stop ends the processes and says so, a start brings them back, each with a timeline of its own", async () => {
  const id = await makeTenant("stop-and-go");
  const stop = await ask.stop(id);
  await untilState(stop, "SUCCEEDED");
  expect(await harness.tenant(id)).toMatchObject({ state: "STOPPED", state_message: "" });
  expect(deploymentOf(id).spec.replicas).toBe(0);
  expect(await harness.steps(stop, "SUCCEEDED")).toEqual(["ACCEPTED", "WORKLOAD", "STOPPED"]);
  const start = await ask.start(id);
  await untilState(start, "SUCCEEDED");
  expect(await harness.tenant(id)).toMatchObject({ state: "RUNNING", state_message: "" });
  expect(deploymentOf(id).spec.replicas).toBe(1);
  expect(await harness.steps(start, "SUCCEEDED")).toEqual(["ACCEPTED", "WORKLOAD", "READY"]);
});

test("a restart replaces the pods, survives drift repair, and one by hand is not undone by another restart", async () => {
  const id = await makeTenant("restarted");
  const operation = await ask.restart(id);
  await untilState(operation, "SUCCEEDED");
  await harness.untilIdle(`tenant:${id}`);
  const annotation = "kubectl.kubernetes.io/restartedAt";
  const restartedAt = () => deploymentOf(id).spec.template.metadata.annotations[annotation];
  const ours = restartedAt();
  expect(Date.parse(ours!)).toBeGreaterThan(Date.now() - 60_000);
  const change = (value: string | undefined) => {
    const live = deploymentOf(id);
    const { [annotation]: _old, ...rest } = live.spec.template.metadata.annotations;
    const annotations = value === undefined ? rest : { ...rest, [annotation]: value };
    const template = { ...live.spec.template, metadata: { ...live.spec.template.metadata, annotations } };
    harness.kubernetes.put({ ...live, spec: { ...live.spec, replicas: 3, template } } as KubernetesObject);
  };
  change(undefined);
  await until(() => expect([restartedAt(), deploymentOf(id).spec.replicas]).toEqual([ours, 1]));
  const byHand = new Date(Date.now() + 1_000).toISOString();
  change(byHand);
  await until(() => expect(deploymentOf(id).spec.replicas).toBe(1)); // mended, but for the later restart
  expect(restartedAt()).toBe(byHand);
});

test("another plan reaches the processes, quota, limits, role and configuration; a volume grows and never shrinks", async () => {
  const id = await makeTenant("planned");
  const limitOf = async () => {
    const { rows } = await harness.asSuperuser((client) =>
      client.query("select rolconnlimit from pg_roles where rolname = $1", [harness.login(id).user]),
    );
    return rows[0].rolconnlimit;
  };
  const look = async () => ({
    memory: deploymentOf(id).spec.template.spec.containers[0]!.resources.limits.memory,
    quota: get(kinds.ResourceQuota, id, "tenant").spec,
    range: get(kinds.LimitRange, id, "tenant").spec,
    volume: get(kinds.PersistentVolumeClaim, id, "odoo-data").spec,
    connections: await limitOf(),
    workers: /^workers = (\d+)$/m.exec(confOf(id))?.[1],
  });
  const gib = 2 ** 30;
  const { hard } = (await look()).quota as { hard: Record<string, string> };
  // Room for two pods, and for what the platform itself runs there for moments.
  const moreMemory = (bytes: number) => String(Number(hard["limits.memory"]) + bytes);
  const up = await ask.changePlan(id, "standard");
  await untilState(up, "SUCCEEDED");
  const steps = await harness.steps(up, "SUCCEEDED");
  expect(steps.toSorted()).toEqual(["ACCEPTED", "DATABASE", "ISOLATION", "READY", "WORKLOAD"]);
  expect(await look()).toMatchObject({
    memory: String(2 * gib),
    quota: { hard: { "limits.memory": moreMemory(2 * gib), "requests.storage": String(10 * gib) } },
    range: { limits: [{ max: { memory: String(2 * gib) } }, { max: { storage: String(10 * gib) } }] },
    volume: { resources: { requests: { storage: String(10 * gib) } } },
    connections: 32,
    workers: "2",
  });
  await untilState(await ask.changePlan(id, "basic"), "SUCCEEDED");
  expect(await look()).toMatchObject({
    memory: String(gib),
    quota: { hard: { "limits.memory": moreMemory(0), "requests.storage": String(10 * gib) } },
    range: { limits: [{ max: { memory: String(gib) } }, { max: { storage: String(10 * gib) } }] },
    volume: { resources: { requests: { storage: String(10 * gib) } } },
    connections: 16,
    workers: "0",
  });
});

test("a password is reset in a running and in a stopped instance, and its hash is erased", async () => {
  const id = await makeTenant("forgetful");
  const passwords = async () =>
    (await harness.identities(id)).map((row) => (row as { password: string }).password);
  const first = await ask.resetPassword(id, "battery staple");
  await untilState(first, "SUCCEEDED");
  expect(await passwords()).toEqual(["hash-of-battery staple"]);
  expect(await harness.steps(first, "SUCCEEDED")).toEqual(["ACCEPTED", "PASSWORD"]);
  await untilState(await ask.stop(id), "SUCCEEDED");
  await untilState(await ask.resetPassword(id, "staple battery"), "SUCCEEDED");
  expect(await passwords()).toEqual(["hash-of-staple battery"]);
  expect(await harness.tenant(id)).toMatchObject({ state: "STOPPED", pending_password_reset_hash: null });
});

test("a customer's trigger that refuses the password fails that operation only, and runs as the customer", async () => {
  const id = await makeTenant("trapped");
  const asTenant = (text: string) => harness.asTenant(id, (client) => client.query(text));
  await asTenant(`
    create table seen (who text, is_super boolean);
    create function trap() returns trigger language plpgsql as $$ begin
      insert into seen select session_user, usesuper from pg_user where usename = current_user;
      if new.password like '%refused%' then raise exception 'no'; end if;
      return new;
    end $$;
    create trigger trap before update on identities for each row execute function trap()`);
  const refused = await ask.resetPassword(id, "refused one");
  await untilState(refused, "FAILED");
  expect((await harness.operation(refused)).error).toContain("refused the new password (P0001)");
  await untilState(await ask.resetPassword(id, "accepted one"), "SUCCEEDED");
  await untilState(await ask.restart(id), "SUCCEEDED");
  const { rows } = await asTenant("select distinct who, is_super from seen");
  expect(rows).toEqual([{ who: harness.login(id).user, is_super: false }]);
  expect(await harness.tenant(id)).toMatchObject({ state: "RUNNING", pending_password_reset_hash: null });
});

test("a reset without an administrator in the database fails and says so", async () => {
  const id = await makeTenant("headless");
  await harness.asTenant(id, (client) => client.query("delete from identities"));
  const operation = await ask.resetPassword(id, "battery staple");
  await untilState(operation, "FAILED");
  expect((await harness.operation(operation)).error).toContain("no administrator");
});

test("two operations at once both end, each by its own steps", async () => {
  const id = await makeTenant("busy");
  const both = await Promise.all([ask.changePlan(id, "standard"), ask.resetPassword(id, "battery staple")]);
  for (const operation of both) await untilState(operation, "SUCCEEDED");
  expect(await harness.steps(both[1], "SUCCEEDED")).toEqual(["ACCEPTED", "PASSWORD"]);
});

test("a run that breaks off after any write of a plan's change is finished by the next", async () => {
  const id = await makeTenant("cut-off");
  for (let cutAt = 1; cutAt <= 5; cutAt += 1) {
    let count = 0;
    harness.afterWrite = () => {
      count += 1;
      if (count === cutAt) throw new Error("the connection broke");
    };
    await untilState(await ask.changePlan(id, cutAt % 2 === 1 ? "standard" : "basic"), "SUCCEEDED");
    expect(count).toBeGreaterThanOrEqual(cutAt);
    harness.afterWrite = () => {};
  }
  expect(/^workers = (\d+)$/m.exec(confOf(id))?.[1]).toBe("2");
});

test("what was cancelled in time never happens, and what has begun can only be done to its end", async () => {
  const id = await makeTenant("wavering");
  const key = `tenant:${id}` as const;
  const { lease_epoch } = await harness.queueRow(key);
  // Nobody may take the key until it is let go, and whoever has it writes no more.
  const hold = (lease_until: Date | null) =>
    harness.database.owner
      .updateTable("reconcile_queue")
      .set({ lease_owner: null, lease_epoch: lease_epoch + 2, lease_until })
      .where("key", "=", key)
      .execute();
  await hold(new Date(Date.now() + 60_000));
  const cancelled = [await ask.resetPassword(id, "never applied"), await ask.restart(id), await ask.stop(id)];
  // The stop has ended the restart; both others are still to come.
  await ask.cancel(cancelled[0]!);
  await ask.cancel(cancelled[2]!);
  const before = deploymentOf(id);
  const change = await ask.changePlan(id, "standard");
  await hold(null);
  await harness.request(key);
  await untilState(change, "SUCCEEDED");
  for (const operation of cancelled) {
    expect(await harness.operation(operation)).toMatchObject({ state: "CANCELLED" });
    expect(await harness.steps(operation, "SUCCEEDED")).toEqual(["ACCEPTED"]);
  }
  expect(await harness.identities(id)).toMatchObject([{ password: "$hash$" }]);
  expect(deploymentOf(id).spec.replicas).toBe(before.spec.replicas);
  const { annotations } = deploymentOf(id).spec.template.metadata;
  expect(annotations).not.toHaveProperty(["kubectl.kubernetes.io/restartedAt"]);
  const applied = await harness.operation(change);
  expect(applied.irreversible_since).not.toBeNull();
  await expect(ask.cancel(change)).rejects.toThrow("NOT_CANCELLABLE");
});

test("a start that is cancelled leaves the instance stopped, a stop that is cancelled leaves it running", async () => {
  const id = await makeTenant("taken-back");
  harness.afterWrite = ({ kind }) => {
    if (kind === "Deployment") throw new Error("the connection broke"); // keeps the operation under way
  };
  const stop = await ask.stop(id);
  await until(() => expect(deploymentOf(id).spec.replicas).toBe(0));
  await ask.cancel(stop);
  harness.afterWrite = () => {};
  await until(() => expect(deploymentOf(id).spec.replicas).toBe(1));
  await harness.untilRunning(id);
  expect(await harness.operation(stop)).toMatchObject({ state: "CANCELLED", error: "It was cancelled." });
});
