import { randomUUID } from "node:crypto";
import { K8sError, type KubernetesObject, kinds, namespaceOf } from "@odoo-saas/k8s-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { IsolationProbe } from "../src/core/isolation.ts";
import { enforcing, makeProbePods, notEnforcing, putEndpoints } from "./support/probe-pods.ts";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
let acme: string;
let bravo: string;

beforeAll(async () => {
  await harness.start();
  const created = [await harness.createTenant("acme"), await harness.createTenant("bravo")];
  [acme, bravo] = created.map(({ id }) => id) as [string, string];
  for (const { id } of created) await harness.untilRunning(id);
  putEndpoints(harness.kubernetes, acme, "10.9.1.1");
  putEndpoints(harness.kubernetes, bravo, "10.9.1.2");
}, 60_000);
afterAll(() => harness.dispose());

beforeEach(async () => {
  harness.runProbe = makeProbePods(harness.kubernetes, enforcing);
  harness.onDryRun = refusePrivileged;
  const forgotten = { wanted_at: null, observed_at: null, observation: null };
  await harness.database.owner.updateTable("network_canary").set(forgotten).execute();
});

function refusePrivileged(object: KubernetesObject): void {
  if (!JSON.stringify(object).includes('"privileged":true')) return;
  throw new K8sError({ code: 403, reason: "Forbidden", message: 'violates PodSecurity "restricted:latest"' });
}

async function startReport(tenantId: string): Promise<string> {
  const { id } = await harness.database.worker
    .insertInto("isolation_reports")
    .values({ tenant_id: tenantId, trigger: "ON_DEMAND" })
    .returning("id")
    .executeTakeFirstOrThrow();
  await harness.request(`report:${tenantId}`);
  return id;
}

const readReport = (id: string) =>
  harness.database.worker
    .selectFrom("isolation_reports")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirstOrThrow();

async function makeReport(tenantId: string) {
  const id = await startReport(tenantId);
  await until(async () => expect((await readReport(id)).finished_at).not.toBeNull());
  const report = await readReport(id);
  const verdicts = Object.fromEntries(report.probes.map((probe) => [probe.id, probe.verdict]));
  const get = (probe: string) => report.probes.find((one) => one.id === probe) as IsolationProbe;
  return { ...report, verdicts, get };
}

const ofGroup = (probes: IsolationProbe[], group: string) =>
  probes
    .filter((probe) => probe.group === group)
    .map(({ id, verdict, evidence }) => ({ id, verdict, evidence }));

const jobs = () =>
  ["isolation-canary", namespaceOf({ id: acme }), namespaceOf({ id: bravo })].flatMap((namespace) =>
    harness.kubernetes
      .all(namespace)
      .filter(({ kind, metadata }) => kind === "Job" && !metadata.deletionTimestamp),
  );

test("two tenants of one pool are proven apart in their databases by their own passwords", async () => {
  const report = await makeReport(acme);
  const database = ofGroup(report.probes, "DATABASE");
  expect(database.length).toBe(11);
  expect(database.filter(({ verdict }) => verdict !== "PROVEN")).toEqual([]);
  expect(database.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      "database.neighbour",
      "database.from-neighbour",
      "database.listen",
      "database.template1",
    ]),
  );
});

test("where policies are enforced the network's claims are proven, but for what nobody answers at all", async () => {
  const { verdicts, get, verdict } = await makeReport(acme);
  for (const id of [
    "enforced",
    "own-database",
    "neighbour",
    "kubernetes-api",
    "own-instance",
    "own-server",
  ]) {
    expect([id, verdicts[`network.${id}`]]).toEqual([id, "PROVEN"]);
  }
  // There is one pool only, and no cloud.
  expect(get("network.other-server")).toMatchObject({ verdict: "UNKNOWN" });
  expect(get("network.metadata")).toMatchObject({ verdict: "UNKNOWN" });
  expect(verdict).toBe("UNKNOWN");
});

test("without a policy engine the report says so, and what to install", async () => {
  harness.runProbe = makeProbePods(harness.kubernetes, notEnforcing);
  const { verdicts, get, verdict } = await makeReport(acme);
  expect(verdict).toBe("NOT_ENFORCED");
  expect(verdicts["network.neighbour"]).toBe("NOT_ENFORCED");
  expect(get("network.enforced").remedy).toContain("Calico");
  expect(verdicts["database.neighbour"]).toBe("PROVEN");
});

test("the namespace is compared with what was built, and Pod Security is asked", async () => {
  const { verdicts } = await makeReport(acme);
  for (const id of ["policies", "limits", "pod-security-label", "pod-security", "token"]) {
    expect([id, verdicts[`kubernetes.${id}`]]).toEqual([id, "PROVEN"]);
  }
  const metadata = { name: "let-me-in", namespace: namespaceOf({ id: acme }) };
  const foreign = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata,
    spec: { podSelector: {} },
  };
  harness.kubernetes.put(foreign);
  harness.onDryRun = () => {};
  const broken = await makeReport(acme);
  harness.kubernetes.remove(kinds.NetworkPolicy, metadata.namespace, metadata.name);
  expect(broken.get("kubernetes.policies")).toMatchObject({
    verdict: "BROKEN",
    evidence: expect.stringContaining("let-me-in"),
  });
  expect(broken.verdicts["kubernetes.pod-security"]).toBe("BROKEN");
  expect(broken.verdict).toBe("BROKEN");
});

test("CONNECT granted to everybody by hand breaks the report of both, until it is taken back", async () => {
  const { database } = harness.login(bravo);
  const grant = () =>
    harness.asSuperuser((client) => client.query(`grant connect on database ${database} to public`));
  // Whoever takes such rights back may be quicker than a report: then once more.
  const untilBroken = (tenantId: string, ...probes: string[]) =>
    until(async () => {
      await grant();
      const { verdicts, verdict } = await makeReport(tenantId);
      for (const probe of probes) expect([probe, verdicts[probe]]).toEqual([probe, "BROKEN"]);
      expect(verdict).toBe("BROKEN");
    });
  await untilBroken(acme, "database.neighbour");
  await untilBroken(bravo, "database.from-neighbour", "database.connect");
  await harness.asSuperuser((client) => client.query(`revoke connect on database ${database} from public`));
  expect((await makeReport(acme)).verdicts["database.neighbour"]).toBe("PROVEN");
});

test("a report that was interrupted is finished by the next run, and no probe is left behind", async () => {
  let probes = 0;
  harness.runProbe = (job) => {
    probes += 1;
    if (job.metadata.name.startsWith("inside")) throw new Error("the worker dies here");
  };
  const id = await startReport(acme);
  await until(() => expect(jobs().length).toBeGreaterThan(0));
  harness.runProbe = makeProbePods(harness.kubernetes, enforcing);
  for (const job of jobs()) harness.runProbe(job);
  await until(async () => expect((await readReport(id)).finished_at).not.toBeNull());
  await until(() => expect(jobs()).toEqual([]));
  expect(probes).toBeGreaterThan(0);
});

test("probes that the cluster refuses leave their claims unknown, and the rest is judged", async () => {
  harness.afterWrite = ({ kind, metadata }) => {
    if (kind !== "Job" || metadata.namespace !== namespaceOf({ id: acme })) return;
    throw new K8sError({ code: 403, reason: "Forbidden", message: "exceeded quota" });
  };
  harness.runProbe = (job) => {
    if (job.metadata.namespace === "isolation-canary") makeProbePods(harness.kubernetes, enforcing)(job);
    else harness.kubernetes.remove(kinds.Job, job.metadata.namespace ?? "", job.metadata.name);
  };
  const { get, verdicts } = await makeReport(acme);
  harness.afterWrite = () => {};
  expect(get("network.neighbour")).toMatchObject({
    verdict: "UNKNOWN",
    evidence: "The cluster refused the probe's pod (403 Forbidden).",
  });
  expect(verdicts["network.own-instance"]).toBe("PROVEN");
  expect(verdicts["database.neighbour"]).toBe("PROVEN");
});

test("texts name no neighbour; their names are kept apart", async () => {
  const report = await makeReport(acme);
  const names = await harness.database.worker
    .selectFrom("isolation_report_names")
    .selectAll()
    .where("report_id", "=", report.id)
    .executeTakeFirstOrThrow();
  expect(names.names).toMatchObject({ neighbour: "bravo", neighbourDatabase: harness.login(bravo).database });
  expect(JSON.stringify(report.probes)).not.toMatch(
    new RegExp(`bravo|${bravo}|${harness.login(bravo).database}`),
  );
});

test("on a server of its own an instance is alone, and its namespace is as built with the server in it", async () => {
  const { id } = await harness.createTenant("alone", randomUUID(), { strategy: "DEDICATED" });
  await harness.untilRunning(id);
  const { verdicts, get } = await makeReport(id);
  expect(verdicts["database.alone"]).toBe("PROVEN");
  expect(verdicts).not.toHaveProperty(["database.neighbour"]);
  for (const name of ["policies", "limits", "token"]) {
    expect(get(`kubernetes.${name}`)).toMatchObject({ verdict: "PROVEN" });
  }
  expect(verdicts["network.own-database"]).toBe("PROVEN");
});

test("the schedule takes one tenant at a time, the one that waited longest", async () => {
  const { owner, worker } = harness.database;
  const longAgo = new Date(Date.now() - 48 * 3_600_000);
  await owner.updateTable("tenants").set({ created_at: longAgo }).execute();
  await owner
    .updateTable("isolation_reports")
    .set({ requested_at: longAgo })
    .where("tenant_id", "=", acme)
    .execute();
  await owner.deleteFrom("isolation_reports").where("tenant_id", "=", bravo).execute();
  const moreRecent = new Date(longAgo.getTime() + 3_600_000);
  await owner.updateTable("isolation_reports").set({ requested_at: moreRecent }).execute();
  await harness.request("reports");
  const scheduled = () =>
    worker.selectFrom("isolation_reports").selectAll().where("trigger", "=", "SCHEDULE").execute();
  await until(async () => expect((await scheduled()).map((row) => row.tenant_id)).toEqual([bravo]));
  await until(async () => expect((await scheduled())[0]?.finished_at).not.toBeNull());
});
