import { pbkdf2, randomBytes, randomUUID } from "node:crypto";
import { promisify } from "node:util";
import pg from "pg";
import type { ClusterReader, KubeObject } from "../test/support/cluster-reader.ts";

/** Superuser of a pool, as somebody with kubectl finds it. */
export type PoolLogin = { host: string; port: number; user: string; password: string };

/** A tenant whose objects are the model. */
export interface Model {
  objects: KubeObject[];
  namespace: string;
  slug: string;
  role: string;
  /** Otherwise the pool's template is cloned. */
  makeDatabase?: MakeDatabase;
}

/** Makes the role and the database of one tenant, with the administrator's password in it. */
export type MakeDatabase = (
  pool: pg.ClientConfig,
  tenant: { name: string; password: string; hash: string },
) => Promise<void>;

export async function readModel(cluster: ClusterReader, tenant: Omit<Model, "objects">): Promise<Model> {
  return { ...tenant, objects: (await cluster.listTenant(tenant.namespace)).map(bare) };
}

export async function findPoolLogin(cluster: ClusterReader, pool: string): Promise<PoolLogin> {
  const address = await cluster.untilPoolAddress(pool);
  return { ...address, user: "postgres", password: await cluster.passwordOfPool(pool) };
}

/** By hand what the platform does for one tenant: the same password hash, SQL and objects, nothing else. */
export async function provisionByHand(cluster: ClusterReader, login: PoolLogin, model: Model) {
  const id = randomUUID();
  const namespace = `tenant-${id}`;
  const name = `f_${id.replaceAll("-", "")}`;
  const password = randomBytes(24).toString("base64url");
  const hash = await hashPassword("floor-Password-1");
  const to = { namespace, slug: name.slice(0, 20), role: name, password };
  const objects = model.objects.map((object) => rename(object, { from: model, to }));
  const apply = (...kinds: string[]) =>
    cluster.applyAll(
      "floor",
      objects.filter(({ kind }) => kinds.includes(kind)),
    );
  await apply("Namespace");
  await apply("NetworkPolicy", "ResourceQuota", "LimitRange");
  await apply("Secret");
  await (model.makeDatabase ?? cloneTemplate)(login, { name, password, hash });
  await apply("ConfigMap", "PersistentVolumeClaim", "Service", "Deployment");
  const available = cluster.untilAvailable(namespace);
  await apply("Ingress");
  await available;
  return async () => {
    await cluster.call(`/api/v1/namespaces/${namespace}`, { method: "DELETE" });
    await withSession({ ...login, database: "postgres" }, async (sql) => {
      await sql(`drop database "${name}" with (force)`);
      await sql(`drop role "${name}"`);
    });
  };
}

const kept = new Set(["name", "namespace", "labels", "annotations"]);

function bare(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object;
  const clean: Record<string, unknown> = Object.fromEntries(
    Object.entries(metadata).filter(([key]) => kept.has(key)),
  );
  // What controllers wrote down of the model's own volume and rollout.
  const annotations = Object.entries((clean.annotations ?? {}) as Record<string, string>);
  clean.annotations = Object.fromEntries(annotations.filter(([key]) => !/kubernetes\.io\//.test(key)));
  const copy = { ...rest, metadata: clean } as unknown as KubeObject & {
    spec?: Record<string, unknown>;
  };
  for (const assigned of ["volumeName", "clusterIP", "clusterIPs", "finalizers"])
    delete copy.spec?.[assigned];
  return copy;
}

interface Renaming {
  from: { namespace: string; slug: string; role: string };
  to: { namespace: string; slug: string; role: string; password: string };
}

/** The same object for another tenant; a Secret's configuration gets the other role and password. */
function rename(object: KubeObject, { from, to }: Renaming): KubeObject {
  const replaceAll = (text: string) =>
    text
      .replaceAll(from.namespace, to.namespace)
      .replaceAll(from.namespace.slice("tenant-".length), to.namespace.slice("tenant-".length))
      .replaceAll(`${from.slug}.`, `${to.slug.replaceAll("_", "-")}.`)
      .replaceAll(from.role, to.role)
      // Not the platform's: its reconciler is not to look at these.
      .replaceAll('"app.kubernetes.io/managed-by":"saas-kit"', '"app.kubernetes.io/managed-by":"floor"')
      .replace(/^(db_password = ).*$/m, `$1${to.password}`);
  const renamed = JSON.parse(replaceAll(JSON.stringify(object))) as KubeObject;
  if (object.kind !== "Secret") return renamed;
  const data = Object.fromEntries(
    Object.entries(object.data as Record<string, string>).map(([key, value]) => {
      const text = Buffer.from(value, "base64").toString();
      return [key, Buffer.from(text.includes("\n") ? replaceAll(text) : to.password).toString("base64")];
    }),
  );
  return { ...renamed, data };
}

async function hashPassword(password: string) {
  const salt = randomBytes(16);
  const adapted = (bytes: Buffer) => bytes.toString("base64").replaceAll("+", ".").replaceAll("=", "");
  const key = await promisify(pbkdf2)(password, salt, 600_000, 64, "sha512");
  return `$pbkdf2-sha512$600000$${adapted(salt)}$${adapted(key)}`;
}

/** One connection for some statements. */
export async function withSession(
  config: pg.ClientConfig,
  run: (sql: (text: string, values?: unknown[]) => Promise<pg.QueryResult>) => Promise<void>,
) {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await run((text, values) => client.query(text, values));
  } finally {
    await client.end();
  }
}

const cloneTemplate: MakeDatabase = async (pool, tenant) => {
  const { name } = tenant;
  await withSession({ ...pool, database: "postgres" }, async (sql) => {
    const templates = await sql(
      "select datname from pg_database where datistemplate and datname like 'template\\_odoo\\_19\\_base\\_%'",
    );
    await sql(
      `create role "${name}" login nosuperuser nocreatedb nocreaterole connection limit 16 password '${tenant.password}'`,
    );
    await sql(`create database "${name}" template "${templates.rows[0].datname}" strategy wal_log`);
    await sql(`revoke all on database "${name}" from public`);
    await sql(`grant connect, temporary on database "${name}" to "${name}"`);
  });
  await withSession({ ...pool, database: name }, async (sql) => {
    await sql(`reassign owned by template_owner to "${name}"`);
    await sql(`alter schema public owner to "${name}"`);
  });
  await withSession({ ...pool, user: name, password: tenant.password, database: name }, async (sql) => {
    await sql("update res_users set login = $1, password = $2 where id = 2", [
      "floor@example.com",
      tenant.hash,
    ]);
    await sql(
      "update res_partner set email = $1 where id = (select partner_id from res_users where id = 2)",
      ["floor@example.com"],
    );
    for (const key of [
      "database.uuid",
      "database.secret",
      "database.create_date",
      "web.base.url",
      "web.base.url.freeze",
    ]) {
      await sql(
        "insert into ir_config_parameter (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
        [key, randomUUID()],
      );
    }
  });
};
