import { randomUUID } from "node:crypto";
import { kinds, namespaceOf } from "@odoo-saas/k8s-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
let id: string;
beforeAll(async () => {
  await harness.start();
  ({ id } = await harness.createTenant("healed"));
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
}, 60_000);
afterAll(() => harness.dispose());

const asSuperuser = (text: string) =>
  harness.asSuperuser(async (client) => (await client.query(text)).rows as Record<string, unknown>[]);

const findDrift = (code: string) =>
  harness.database.worker.selectFrom("drift").selectAll().where("code", "=", code).execute();
const findOrphan = (name: string) =>
  harness.database.worker.selectFrom("orphans").selectAll().where("name", "=", name).executeTakeFirst();
const named = (tenantId: string) => `t_${tenantId.replaceAll("-", "")}`;

test("rights that were granted by hand are found by the audit, taken back in the tenant's own run, and remembered", async () => {
  const { database } = harness.login(id);
  await asSuperuser(`grant connect on database ${database} to public; alter role ${database} superuser`);
  await until(async () => {
    for (const code of ["DATABASE_GRANTS", "ROLE_ATTRIBUTES"]) {
      expect(await findDrift(code)).toMatchObject([{ tenant_id: id, ended_at: expect.any(Date) }]);
    }
  });
  const [now] = await asSuperuser(`
    select rolsuper, has_database_privilege('public', '${database}', 'connect') as "isOpen"
    from pg_roles where rolname = '${database}'`);
  expect(now).toEqual({ rolsuper: false, isOpen: false });
  await harness.untilRunning(id);
});

test("an opened template and an opened maintenance database are closed again by the audit itself", async () => {
  const [template] = await asSuperuser("select datname from pg_database where datname like 'template_odoo%'");
  await asSuperuser(
    `alter database ${template!.datname} allow_connections true; grant connect on database postgres to public`,
  );
  await until(async () => {
    expect(await findDrift("TEMPLATE_OPEN")).toMatchObject([
      { tenant_id: null, subject: template!.datname, ended_at: expect.any(Date) },
    ]);
    expect(await findDrift("MAINTENANCE_OPEN")).toMatchObject([
      { subject: "postgres", ended_at: expect.any(Date) },
    ]);
  });
});

test("a lost database is told within a minute, and its return as well", async () => {
  const { id: lost } = await harness.createTenant("lost");
  await harness.untilRunning(lost);
  const name = named(lost);
  await asSuperuser(`alter database ${name} rename to elsewhere`);
  await until(async () => expect(await harness.tenant(lost)).toMatchObject({ state: "FAILED" }));
  expect((await harness.tenant(lost)).state_message).toContain("Restore it from a backup");
  await until(async () =>
    expect(await findDrift("DATABASE_MISSING")).toMatchObject([{ tenant_id: lost, ended_at: null }]),
  );
  await asSuperuser(`alter database elsewhere rename to ${name}`);
  await harness.untilRunning(lost);
  await until(async () =>
    expect(await findDrift("DATABASE_MISSING")).toMatchObject([{ ended_at: expect.any(Date) }]),
  );
});

test("a field that somebody added beside the platform's is told until it is taken away", async () => {
  const namespace = namespaceOf({ id });
  const deployment = () => harness.kubernetes.get(kinds.Deployment, namespace, "odoo")!;
  const set = (managedFields: unknown[]) =>
    harness.kubernetes.put({
      ...deployment(),
      metadata: {
        ...deployment().metadata,
        managedFields,
        annotations: { ...deployment().metadata.annotations, at: `${Date.now()}` },
      },
    });
  const condition = async () =>
    (await harness.tenant(id)).conditions.find(({ type }: { type: string }) => type === "Unaltered");
  expect(await condition()).toBeUndefined();
  set([
    { manager: "kubectl-edit", operation: "Update", fieldsV1: { "f:spec": { "f:minReadySeconds": {} } } },
  ]);
  await until(async () =>
    expect(await condition()).toMatchObject({
      status: "False",
      reason: "ForeignFields",
      message: expect.stringContaining("kubectl-edit set spec.minReadySeconds of Deployment odoo"),
    }),
  );
  set([]);
  await until(async () => expect(await condition()).toMatchObject({ status: "True", message: "" }));
  await harness.untilRunning(id);
});

/** Database and role as a tenant would have had them whose row nobody remembers. */
async function plantLeftovers(tenantId: string, isKnown = true) {
  const name = named(tenantId);
  await asSuperuser(`create role ${name} login`);
  await asSuperuser(`create database ${name}`);
  if (isKnown) await asSuperuser(`insert into control.tenant_fence values ('${tenantId}', 7)`);
  return name;
}

function plantNamespace(tenantId: string, label = tenantId) {
  const name = namespaceOf({ id: tenantId });
  const labels = { "app.kubernetes.io/managed-by": "saas-kit", "saas-kit/tenant": label };
  harness.kubernetes.put({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  return name;
}

test("database, role, namespace and volume that nobody remembers are told first, and removed after the grace", async () => {
  const forgotten = randomUUID();
  const database = await plantLeftovers(forgotten);
  const namespace = plantNamespace(forgotten);
  const spec = { persistentVolumeReclaimPolicy: "Retain", claimRef: { namespace, name: "odoo-data" } };
  const status = { phase: "Released" };
  harness.kubernetes.put({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pv-1" },
    spec,
    status,
  });
  await until(async () => {
    for (const name of [database, namespace, "pv-1"]) {
      expect(await findOrphan(name)).toMatchObject({
        reason: "There is no instance of this id.",
        tenant_id: forgotten,
      });
    }
  });
  const { first_seen_at, removable_at } = (await findOrphan(namespace))!;
  expect(Number(removable_at) - Number(first_seen_at)).toBeGreaterThan(1_000);
  expect(harness.kubernetes.get(kinds.Namespace, "", namespace)).toBeDefined();
  await until(async () => {
    expect(harness.kubernetes.get(kinds.Namespace, "", namespace)).toBeUndefined();
    expect(await asSuperuser(`select from pg_database where datname = '${database}'`)).toEqual([]);
    expect(await asSuperuser(`select from pg_roles where rolname = '${database}'`)).toEqual([]);
    expect(await findOrphan(database)).toBeUndefined();
    expect(harness.kubernetes.get(kinds.PersistentVolume, "", "pv-1")).toHaveProperty(
      "spec.persistentVolumeReclaimPolicy",
      "Delete",
    );
  });
  await harness.untilRunning(id);
  expect(await harness.identities(id)).toHaveLength(1);
});

test("what only carries a name of ours is told and never removed", async () => {
  const stranger = randomUUID();
  const database = await plantLeftovers(stranger, false);
  const namespace = plantNamespace(stranger, randomUUID());
  await until(async () => {
    for (const name of [database, namespace])
      expect(await findOrphan(name)).toMatchObject({ removable_at: null });
  });
  const { lease_epoch } = await harness.queueRow("orphans");
  await until(async () =>
    expect((await harness.queueRow("orphans")).lease_epoch).toBeGreaterThan(lease_epoch + 3),
  );
  expect(await asSuperuser(`select from pg_database where datname = '${database}'`)).toHaveLength(1);
  expect(harness.kubernetes.get(kinds.Namespace, "", namespace)).toBeDefined();
  await asSuperuser(`drop database ${database}`);
  await asSuperuser(`drop role ${database}`);
  await until(async () => expect(await findOrphan(database)).toBeUndefined());
});

test("what a late worker wrote of a deleted tenant is swept at once", async () => {
  const { id: doomed } = await harness.createTenant("doomed");
  await harness.untilRunning(doomed);
  await harness.requestDeletion(doomed);
  await until(async () => expect((await harness.tenant(doomed)).deleted_at).not.toBeNull());
  const database = await plantLeftovers(doomed, false); // its fence is still there
  await until(async () => {
    expect(await asSuperuser(`select from pg_database where datname = '${database}'`)).toEqual([]);
    expect(await asSuperuser(`select from pg_roles where rolname = '${database}'`)).toEqual([]);
  });
});

test("more orphans at once than a fleet loses by accident are not removed but told", async () => {
  const many = Array.from({ length: 6 }, () => plantNamespace(randomUUID()));
  await until(async () => {
    for (const name of many) {
      expect(await findOrphan(name)).toMatchObject({
        removable_at: null,
        reason: expect.stringContaining("restored platform database"),
      });
    }
  });
  const { lease_epoch } = await harness.queueRow("orphans");
  await until(async () =>
    expect((await harness.queueRow("orphans")).lease_epoch).toBeGreaterThan(lease_epoch + 3),
  );
  for (const name of many) {
    expect(harness.kubernetes.get(kinds.Namespace, "", name)).toBeDefined();
    harness.kubernetes.remove(kinds.Namespace, "", name);
  }
});
