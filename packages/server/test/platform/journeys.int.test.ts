import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { type IngressRequest, requestThroughIngress } from "../support/ingress-request.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { listPoolContents } from "../support/pool-contents.ts";
import { eventually } from "../support/server-process.ts";
import {
  adminLogin,
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../support/tenant-journeys.ts";

const pool = "postgres-shared-1";
const healsWithinMs = 5_000;

let sandbox: RunningSandbox;
let cluster: ClusterReader;
let client: PlatformClient;
let tenant: CreatedTenant;

beforeAll(async () => {
  sandbox = await startSandbox({ run: "tsx packages/server/src/main.ts" });
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  client = await makePlatformClient(sandbox.access, sandbox.access.customer);
});

afterAll(async () => {
  await client?.dispose();
  await sandbox?.stop();
});

interface TimelineMessage {
  operationTimeline: { operation: { state: string }; events: { seq: number; step: string; state: string }[] };
}

const throughIngress = (slug: string, path: string, init: IngressRequest = {}) =>
  requestThroughIngress(sandbox.access.ingress, { slug, path, ...init });

test("a plain API client creates an instance, follows its steps live and signs in there", async () => {
  tenant = await createTenant(client, "acme");
  const steps: string[] = [];
  const done = await client.waitFor<TimelineMessage>(
    {
      query: `subscription ($id: ID!) {
        operationTimeline(id: $id) { operation { state } events { seq step state } }
      }`,
      variables: { id: tenant.operationId },
    },
    ({ operationTimeline }) => {
      steps.push(
        ...operationTimeline.events.filter((event) => event.state === "SUCCEEDED").map((event) => event.step),
      );
      return operationTimeline.operation.state === "SUCCEEDED";
    },
    60_000,
  );
  expect(done.operationTimeline.operation.state).toBe("SUCCEEDED");
  for (const step of [
    "NAMESPACE",
    "ISOLATION",
    "SECRETS",
    "DATABASE",
    "IDENTITY",
    "WORKLOAD",
    "ROUTE",
    "READY",
  ]) {
    expect(steps).toContain(step);
  }
  await untilState(client, tenant, { state: "RUNNING" });

  const page = await eventually(async () => {
    const answer = await throughIngress("acme", "/web/login");
    return answer.status === 200 ? answer : undefined;
  });
  expect(page.text).toContain("stand-in");
  const form = new URLSearchParams({ login: adminLogin.email, password: adminLogin.password });
  const signedIn = await throughIngress("acme", "/web/login", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(form.toString().length),
    },
    body: form.toString(),
  });
  expect(signedIn.status).toBe(303);
  expect(signedIn.headers["set-cookie"]).toBeDefined();
  const refused = await throughIngress("acme", "/web/database/manager");
  expect(refused.status).toBeGreaterThanOrEqual(400);
});

test("the administrator's password is nowhere in clear in the platform's database", async () => {
  const pg = (await import("pg")).default;
  const database = new pg.Client(sandbox.environment.DATABASE_URL);
  await database.connect();
  try {
    const { rows } = await database.query<{ table_name: string }>(
      "select table_name from information_schema.tables where table_schema = 'platform'",
    );
    for (const { table_name } of rows) {
      const found = await database.query(
        `select count(*)::int as n from platform."${table_name}" t where t::text like $1`,
        [`%${adminLogin.password}%`],
      );
      expect(found.rows[0].n, table_name).toBe(0);
    }
  } finally {
    await database.end();
  }
});

test.each([
  ["Deployment", "/apis/apps/v1/namespaces/NS/deployments/odoo"],
  ["NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies/default-deny"],
  ["Ingress", "/apis/networking.k8s.io/v1/namespaces/NS/ingresses/odoo"],
  ["ResourceQuota", "/api/v1/namespaces/NS/resourcequotas/tenant"],
])("a %s deleted with kubectl is back within five seconds", async (_kind, template) => {
  const path = template.replace("NS", tenant.namespace);
  const before = await cluster.call<{ metadata: { uid: string } }>(path);
  await cluster.call(path, { method: "DELETE" });
  await eventually(async () => {
    const now = await cluster.call<{ metadata: { uid: string } }>(path);
    return now.metadata.uid !== before.metadata.uid ? true : undefined;
  }, healsWithinMs);
});

test("an object changed by hand is put back", async () => {
  const path = `/apis/networking.k8s.io/v1/namespaces/${tenant.namespace}/networkpolicies/default-deny`;
  await cluster.call(path, {
    method: "PATCH",
    type: "application/merge-patch+json",
    body: { spec: { ingress: [{}] } },
  });
  await eventually(async () => {
    const now = await cluster.call<{ spec: { ingress?: unknown[] } }>(path);
    return (now.spec.ingress ?? []).length === 0 ? true : undefined;
  }, healsWithinMs);
});

test("a pod deleted with kubectl shows in the API at once and is replaced", async () => {
  await untilState(client, tenant, { state: "RUNNING" });
  const [pod] = await cluster.list(`/api/v1/namespaces/${tenant.namespace}/pods`);
  const pods = {
    query: "subscription ($id: ID!) { tenant(id: $id) { state pods { items { name isReady } } } }",
    variables: { id: tenant.id },
  };
  type Pods = { tenant: { state: string; pods: { items: { name: string; isReady: boolean }[] } } };
  const seen = client.waitFor<Pods>(
    pods,
    (data) => {
      const mine = data.tenant.pods.items.find((item) => item.name === pod!.metadata.name);
      return mine === undefined || !mine.isReady;
    },
    5_000,
  );
  await cluster.call(`/api/v1/namespaces/${tenant.namespace}/pods/${pod!.metadata.name}`, {
    method: "DELETE",
  });
  await seen;
  await client.waitFor<Pods>(
    pods,
    (data) =>
      data.tenant.state === "RUNNING" &&
      data.tenant.pods.items.some((item) => item.isReady && item.name !== pod!.metadata.name),
    20_000,
  );
});

test("a reconcile with nothing to do writes nothing", async () => {
  await untilState(client, tenant, { state: "RUNNING" });
  const pg = (await import("pg")).default;
  const database = new pg.Client(sandbox.environment.DATABASE_URL);
  await database.connect();
  const versions = async () => {
    const objects = await cluster.list(`/api/v1/namespaces/${tenant.namespace}/configmaps`);
    const own = await Promise.all(
      ["apis/apps/v1", "apis/networking.k8s.io/v1"].flatMap((group) =>
        (group.endsWith("apps/v1") ? ["deployments"] : ["networkpolicies", "ingresses"]).map((plural) =>
          cluster.list(`/${group}/namespaces/${tenant.namespace}/${plural}`),
        ),
      ),
    );
    const row = await database.query("select xmin::text, observed_at from platform.tenants where id = $1", [
      tenant.uuid,
    ]);
    return {
      objects: [...objects, ...own.flat()].map((object) => object.metadata.resourceVersion),
      row: row.rows,
    };
  };
  try {
    const epochOf = async () =>
      (
        await database.query(
          "select lease_epoch::int as epoch, lease_owner from platform.reconcile_queue where key = $1",
          [`tenant:${tenant.uuid}`],
        )
      ).rows[0] as { epoch: number; lease_owner: string | null };
    await eventually(async () => ((await epochOf()).lease_owner === null ? true : undefined));
    const before = { ...(await versions()), ...(await epochOf()) };
    await database.query(
      "update platform.reconcile_queue set due_at = now(), is_requested = true, revision = revision + 1 where key = $1",
      [`tenant:${tenant.uuid}`],
    );
    await database.query("notify reconcile_wakeup");
    const after = await eventually(async () => {
      const now = await epochOf();
      return now.epoch > before.epoch && now.lease_owner === null
        ? { ...(await versions()), ...now }
        : undefined;
    });
    expect(after.objects).toEqual(before.objects);
    expect(after.row).toEqual(before.row);
  } finally {
    await database.end();
  }
});

test("a deleted instance leaves no namespace, database or role, and its subdomain is free again", async () => {
  const { deleteTenant: refused } = await deleteTenant(client, tenant, "acne");
  expect(refused.userErrors.map((error) => error.code)).toEqual(["CONFIRMATION_MISMATCH"]);
  const { deleteTenant: accepted } = await deleteTenant(client, tenant, "acme");
  expect(accepted.userErrors).toEqual([]);
  await untilGone(client, tenant);
  await expect(cluster.call(`/api/v1/namespaces/${tenant.namespace}`)).rejects.toThrow(/404/);
  expect(await listPoolContents(cluster, pool, tenant.uuid)).toEqual({ databases: 0, roles: 0 });
  const again = await createTenant(client, "acme");
  await untilState(client, again, { state: "RUNNING" });
});
