import { randomUUID } from "node:crypto";
import { isProbe, type KubernetesObject, kinds, namespaceOf, type Secret } from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type pg from "pg";
import { pino } from "pino";
import { expect, vi } from "vitest";
import { type Cluster, makeCluster } from "../../src/adapters/kubernetes/cluster.ts";
import { makePostgresServers } from "../../src/adapters/postgres-servers/make-postgres-servers.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { DatabaseTransaction, ReconcileKey } from "../../src/core/ports.ts";
import type { PostgresServers } from "../../src/core/postgres-servers.ts";
import type { SpareTarget } from "../../src/core/spares.ts";
import { makeTenantUrls } from "../../src/core/tenant-urls.ts";
import { withTransaction } from "../../src/database/pool.ts";
import type { OperationKindName, StrategyName } from "../../src/database/tables.ts";
import { makeReconciler, type Reconciler } from "../../src/reconciler/make-reconciler.ts";
import { reconcileQueue } from "../../src/reconciler/queue/requests.ts";
import {
  followScale,
  type MemoryKubernetes,
  makeMemoryKubernetes,
  reportReady,
} from "./memory-kubernetes.ts";
import { makePoolServer, type PoolServer } from "./pool-server.ts";
import { makeTestDatabase, type TestDatabase } from "./test-database.ts";
import { poolSettings, testApplication } from "./test-settings.ts";

/** Jobs of this image are left to the test. */
export const brokenImage = "odoo:broken";
export const testLog = pino({ level: process.env.TEST_LOG ?? "silent" });

export { testApplication };

const decode = (secret: Secret | undefined, key: string) =>
  Buffer.from(secret?.data?.[key] ?? "", "base64").toString();

/** The reconciler on a real platform database and a real pool, over a cluster in memory whose pods start at once. */
export class ReconcilerHarness {
  /** The pods of isolation probes; by default none runs. */
  runProbe: (job: KubernetesObject) => void = () => {};
  onDryRun: (object: KubernetesObject) => void = () => {};
  afterWrite: (object: KubernetesObject) => void = () => {};
  /** A Job does its work when this has resolved. */
  beforeJob: (name: string) => Promise<void> | void = () => {};
  /** Changed in place; what is changed counts from the next run on. */
  pool = { ...poolSettings };
  /** Set before `start`. */
  application = testApplication;
  /** Warm spares to keep; set before `start`, or changed in place. */
  spares: SpareTarget[] = [];
  database!: TestDatabase;
  kubernetes!: MemoryKubernetes;
  cluster!: Cluster;
  servers!: PostgresServers;
  /** By namespace; each starts when its StatefulSet is made. */
  #pools = new Map<string, { server: PoolServer; password: string }>();
  #reconciler!: Reconciler;

  async start(): Promise<void> {
    this.database = await makeTestDatabase();
    this.kubernetes = makeMemoryKubernetes({
      onCreated: (object) => this.#control(object),
      afterWrite: (object) => {
        if (object.kind === kinds.Deployment.kind) followScale(object, this.kubernetes);
        this.afterWrite(object);
      },
      onDryRun: (object) => this.onDryRun(object),
    });
    const cluster = makeCluster({ client: this.kubernetes, log: testLog });
    this.cluster = cluster;
    this.servers = makePostgresServers({
      findAddress(name) {
        const address = cluster.findDatabaseAddress(name);
        if (address === undefined) throw new Error(`${name} has no ready endpoint`);
        return address;
      },
      readPassword: cluster.readDatabasePassword,
    });
    this.#reconciler = this.#makeReconciler();
  }

  async dispose(): Promise<void> {
    await this.#reconciler?.dispose();
    await this.servers?.dispose();
    await this.cluster?.dispose();
    await Promise.all([...this.#pools.values()].map(({ server }) => server.dispose()));
    await this.database?.dispose();
  }

  #makeReconciler(): Reconciler {
    return makeReconciler({
      workerDatabase: this.database.worker,
      listenerUrl: this.database.workerUrl,
      cluster: this.cluster,
      postgresServers: this.servers,
      application: this.application,
      settings: {
        tenantUrls: makeTenantUrls({ scheme: "http", port: 8080, baseDomain: "localhost" }),
        cluster: { ingressClass: "traefik", ingressNamespace: "traefik", systemNamespace: "saas" },
        pool: this.pool,
        spares: this.spares,
        healing: { auditIntervalMs: 500, orphanGraceMs: 1_200, orphanMaxRemovals: 5 },
        dedicated: { sizeFactor: 1 },
        isolation: { probeImage: "odoo-saas-kit/server:test", everyHours: 24 },
      },
      changes: { publish: () => {} },
      log: testLog,
      clock: systemClock,
    });
  }

  // The controllers: instances come up at once, a pool is a real server, the Job fills the template.
  async #control(object: KubernetesObject): Promise<void> {
    const { namespace = "", name } = object.metadata;
    const secret = () => this.kubernetes.get<Secret>(kinds.Secret, namespace, name);
    if (object.kind === kinds.Deployment.kind) reportReady(object, this.kubernetes);
    if (object.kind === kinds.StatefulSet.kind) {
      const password = decode(secret(), "password");
      const server = await makePoolServer(password);
      this.#pools.set(namespace, { server, password });
      reportReady(object, this.kubernetes, server);
    }
    if (object.kind === kinds.Job.kind && isProbe(object)) return this.runProbe(object);
    if (object.kind !== kinds.Job.kind || JSON.stringify(object).includes(brokenImage)) return;
    await this.beforeJob(name);
    const conf = decode(secret(), "odoo.conf");
    const read = (key: string) => new RegExp(`^${key} = (.*)$`, "m").exec(conf)?.[1] ?? "";
    const login = { user: read("db_user"), password: read("db_password"), database: read("db_name") };
    const fill = (client: pg.Client) => client.query("create table identities (login text, password text)");
    await this.#pools.get(namespace)?.server.as(login, fill);
    const conditions = [{ type: "Complete", status: "True" }];
    this.kubernetes.put({ ...object, status: { succeeded: 1, conditions } });
  }

  get #firstPool() {
    return this.#pools.get("postgres-shared-1")!;
  }

  /** Who signed in to which database of the first pool so far. */
  get signIns() {
    return this.#firstPool.server.signIns;
  }

  /** As a tenant's own role, in its database on its own server, or else on the first pool. */
  asTenant<T>(tenantId: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
    const { server } = this.#pools.get(namespaceOf({ id: tenantId })) ?? this.#firstPool;
    return server.as(this.login(tenantId), run);
  }

  /** On the first pool, with whatever password. */
  canSignIn(login: ReturnType<ReconcilerHarness["login"]>): Promise<boolean> {
    return this.#firstPool.server.as(login, async () => true).catch(() => false);
  }

  /** On the first pool. */
  asSuperuser<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
    const { server, password } = this.#firstPool;
    return server.as({ user: "postgres", password, database: "postgres" }, run);
  }

  /** As its superuser, on the server of a namespace. */
  onServer<T>(namespace: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
    const { server, password } = this.#pools.get(namespace)!;
    return server.as({ user: "postgres", password, database: "postgres" }, run);
  }

  async createTenant(
    slug: string,
    id: string = randomUUID(),
    {
      planCode = "basic",
      ...columns
    }: { planCode?: string; bundle?: string; strategy?: StrategyName; database_settings?: string } = {},
  ): Promise<{ id: string; operationId: string }> {
    const { owner, worker } = this.database;
    const organization = await owner
      .insertInto("organizations")
      .values({ name: slug, personal_of: null })
      .returning("id")
      .executeTakeFirstOrThrow();
    const plan = await owner
      .selectFrom("plans")
      .select("id")
      .where("code", "=", planCode)
      .executeTakeFirstOrThrow();
    const operationId = await withTransaction(worker, async (transaction) => {
      const rest = {
        name: slug,
        odoo_version: "19",
        pending_admin_password_hash: "$hash$",
        conditions: "[]",
        ...columns,
      };
      await transaction
        .insertInto("tenants")
        .values({
          id,
          slug,
          organization_id: organization.id,
          plan_id: plan.id,
          admin_email: `${slug}@example.com`,
          ...rest,
        })
        .execute();
      return startOperation(transaction, id, "CREATE");
    });
    return { id, operationId };
  }

  requestDeletion(tenantId: string): Promise<string> {
    return withTransaction(this.database.worker, async (transaction) => {
      const change = { deletion_requested_at: new Date() };
      await transaction.updateTable("tenants").set(change).where("id", "=", tenantId).execute();
      return startOperation(transaction, tenantId, "DELETE");
    });
  }

  /** As `rotateDatabaseCredentials` does. */
  requestRotation(tenantId: string): Promise<string> {
    return withTransaction(this.database.worker, async (transaction) => {
      await transaction
        .updateTable("tenants")
        .set((eb) => ({ credentials_version: eb("credentials_version", "+", 1) }))
        .where("id", "=", tenantId)
        .execute();
      return startOperation(transaction, tenantId, "ROTATE_CREDENTIALS");
    });
  }

  request(key: ReconcileKey): Promise<void> {
    return withTransaction(this.database.worker, (transaction) => reconcileQueue.request(transaction, key));
  }

  tenant(id: string) {
    return this.database.worker
      .selectFrom("tenants")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
  }

  operation(id: string) {
    return this.database.worker
      .selectFrom("operations")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
  }

  events(operationId: string) {
    return this.database.worker
      .selectFrom("operation_events")
      .selectAll()
      .where("operation_id", "=", operationId)
      .orderBy("seq")
      .execute();
  }

  async steps(operationId: string, state: string): Promise<string[]> {
    const events = await this.events(operationId);
    return events.filter((event) => event.state === state).map((event) => event.step);
  }

  untilRunning(id: string): Promise<void> {
    return until(async () =>
      expect(await this.tenant(id)).toMatchObject({ state: "RUNNING", state_message: "" }),
    );
  }

  /** Until the last run has ended with nothing left to do. */
  async untilIdle(key: ReconcileKey): Promise<void> {
    await until(async () => {
      const { lease_owner, due_at } = await this.queueRow(key);
      expect(lease_owner).toBeNull();
      expect(Number(due_at)).toBeGreaterThan(Date.now() + 60_000);
    });
  }

  queueRow(key: ReconcileKey) {
    return this.database.worker
      .selectFrom("reconcile_queue")
      .selectAll()
      .where("key", "=", key)
      .executeTakeFirstOrThrow();
  }

  /** The server that a tenant was placed on. */
  place(tenantId: string) {
    return this.database.worker
      .selectFrom("placements as p")
      .innerJoin("database_servers as s", "s.id", "p.database_server_id")
      .selectAll("s")
      .where("p.tenant_id", "=", tenantId)
      .executeTakeFirstOrThrow();
  }

  login(tenantId: string): { user: string; password: string; database: string } {
    const name = `t_${tenantId.replaceAll("-", "")}`;
    const secret = this.kubernetes.get<Secret>(kinds.Secret, namespaceOf({ id: tenantId }), "odoo");
    return { user: name, password: decode(secret, "database-password"), database: name };
  }

  /** Of a tenant in the first pool. */
  identities(tenantId: string): Promise<unknown[]> {
    return this.asTenant(tenantId, async (client) => (await client.query("select * from identities")).rows);
  }

  objects(tenantId: string): string[] {
    const objects = this.kubernetes.all(namespaceOf({ id: tenantId }));
    return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
  }

  /** The transactions that last wrote a tenant's rows and its pool's, in both databases. */
  async lastWriters(tenantId: string): Promise<unknown> {
    const { rows } = await sql`
      select 'tenant' as row, xmin::text from platform.tenants where id = ${tenantId}
      union all select 'operation', xmin::text from platform.operations where tenant_id = ${tenantId}
      union all select 'placement', xmin::text from platform.placements where tenant_id = ${tenantId}
      union all select 'pool', xmin::text from platform.database_servers
      order by 1`.execute(this.database.owner);
    const control = await this.asSuperuser((client) =>
      client.query(
        "select xmin::text from control.databases union all select xmin::text from control.tenant_fence",
      ),
    );
    return { rows, control: control.rows };
  }
}

async function startOperation(
  transaction: DatabaseTransaction,
  tenantId: string,
  kind: OperationKindName,
): Promise<string> {
  const { id } = await transaction
    .insertInto("operations")
    .values({ tenant_id: tenantId, kind, generation: 1 })
    .returning("id")
    .executeTakeFirstOrThrow();
  await reconcileQueue.request(transaction, `tenant:${tenantId}`);
  return id;
}

/** Waits for an assertion to hold. */
export const until = <T>(assertion: () => T | Promise<T>, timeout = 45_000): Promise<T> =>
  vi.waitFor(assertion, { timeout, interval: 20 });
