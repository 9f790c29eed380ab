import { pbkdf2, randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import pg from "pg";
import { Agent, fetch } from "undici";

type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & { name: string };
} & Record<string, unknown>;

const plurals: Record<string, string> = {
  Namespace: "namespaces",
  ResourceQuota: "resourcequotas",
  LimitRange: "limitranges",
  NetworkPolicy: "networkpolicies",
  Secret: "secrets",
  ConfigMap: "configmaps",
  PersistentVolumeClaim: "persistentvolumeclaims",
  Service: "services",
  Deployment: "deployments",
  Ingress: "ingresses",
};

const groupsOfTenant = [
  "api/v1/resourcequotas",
  "api/v1/limitranges",
  "api/v1/secrets",
  "api/v1/configmaps",
  "api/v1/persistentvolumeclaims",
  "api/v1/services",
  "apis/networking.k8s.io/v1/networkpolicies",
  "apis/networking.k8s.io/v1/ingresses",
  "apis/apps/v1/deployments",
];

/** Superuser of a pool, as somebody with kubectl finds it. */
export type PoolLogin = { host: string; port: number; user: string; password: string };
export type Floor = Awaited<ReturnType<typeof makeFloor>>;

/** Does by hand what the platform does for one tenant: the same password hash, SQL and objects, nothing else. */
export async function makeFloor(kubeconfigPath: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const cluster = config.getCurrentCluster()!;
  const ca = cluster.caData ? Buffer.from(cluster.caData, "base64") : await readFile(cluster.caFile!);
  const dispatcher = new Agent({ connect: { ca }, connections: 32 });
  const authorization = `Bearer ${config.getCurrentUser()!.token}`;

  async function call<T>(
    path: string,
    init: { method?: string; body?: unknown; type?: string } = {},
  ): Promise<T> {
    const response = await fetch(new URL(path, cluster.server), {
      dispatcher,
      method: init.method ?? "GET",
      headers: { authorization, "content-type": init.type ?? "application/json" },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
    const body = (await response.json()) as T & { message?: string };
    if (!response.ok) throw new Error(`${init.method} ${path}: ${body.message}`);
    return body;
  }
  const pathOf = (object: KubeObject, namespace: string) => {
    const base = object.apiVersion === "v1" ? "/api/v1" : `/apis/${object.apiVersion}`;
    const plural = plurals[object.kind]!;
    return object.kind === "Namespace"
      ? `${base}/namespaces/${object.metadata.name}`
      : `${base}/namespaces/${namespace}/${plural}/${object.metadata.name}`;
  };
  const apply = (namespace: string, ...objects: KubeObject[]) =>
    Promise.all(
      objects.map((object) =>
        call(`${pathOf(object, namespace)}?fieldManager=floor&force=true`, {
          method: "PATCH",
          body: object,
          type: "application/apply-patch+yaml",
        }),
      ),
    );

  async function untilAvailable(namespace: string) {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments?watch=1&timeoutSeconds=120`;
    const response = await fetch(new URL(path, cluster.server), { dispatcher, headers: { authorization } });
    let text = "";
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString();
      if (/"availableReplicas":1/.test(text)) return;
      text = text.slice(text.lastIndexOf("\n") + 1);
    }
    throw new Error(`${namespace} was not available in time`);
  }

  return {
    call,
    apply,
    untilAvailable,
    readTenant,
    loginOf,
    provision,
    remove,
    dispose: () => dispatcher.close(),
  };

  /** Objects of a live tenant as one would apply them: without what the server added. */
  async function readTenant(namespace: string) {
    const lists = await Promise.all(
      groupsOfTenant.map(async (path) => {
        const [prefix, plural] = [
          path.slice(0, path.lastIndexOf("/")),
          path.slice(path.lastIndexOf("/") + 1),
        ];
        const list = await call<{ apiVersion: string; kind: string; items: KubeObject[] }>(
          `/${prefix}/namespaces/${namespace}/${plural}`,
        );
        return list.items.map((item) => ({
          ...item,
          apiVersion: list.apiVersion,
          kind: list.kind.replace(/List$/, ""),
        }));
      }),
    );
    const own = await call<KubeObject>(`/api/v1/namespaces/${namespace}`);
    return [{ ...own, apiVersion: "v1", kind: "Namespace" } as KubeObject, ...lists.flat()]
      .filter((object) => object.metadata.name !== "kube-root-ca.crt")
      .map(bare);
  }

  async function loginOf(poolNamespace: string): Promise<PoolLogin> {
    const slices = await call<{
      items: { endpoints: { addresses: string[] }[]; ports: { port: number }[] }[];
    }>(`/apis/discovery.k8s.io/v1/namespaces/${poolNamespace}/endpointslices`);
    const slice = slices.items.find((item) => item.endpoints?.length > 0)!;
    const secret = await call<{ data: Record<string, string> }>(
      `/api/v1/namespaces/${poolNamespace}/secrets/postgres`,
    );
    const password = Object.values(secret.data)[0]!;
    return {
      host: slice.endpoints[0]!.addresses[0]!,
      port: slice.ports[0]!.port,
      user: "postgres",
      password: Buffer.from(password, "base64").toString(),
    };
  }

  async function provision(
    model: KubeObject[],
    pool: pg.ClientConfig,
    from: { namespace: string; slug: string; role: string },
  ) {
    const id = randomUUID();
    const namespace = `tenant-${id}`;
    const name = `f_${id.replaceAll("-", "")}`;
    const password = randomBytes(24).toString("base64url");
    const hash = await hashPassword("floor-Password-1");
    const renamed = model.map((object) =>
      rename(object, { from, to: { namespace, slug: name.slice(0, 20), role: name, password } }),
    );
    const of = (...kinds: string[]) => renamed.filter((object) => kinds.includes(object.kind));
    await apply(namespace, ...of("Namespace"));
    await apply(namespace, ...of("NetworkPolicy", "ResourceQuota", "LimitRange"));
    await apply(namespace, ...of("Secret"));
    await makeDatabase(pool, { name, password, hash });
    await apply(namespace, ...of("ConfigMap", "PersistentVolumeClaim", "Service", "Deployment"));
    const available = untilAvailable(namespace);
    await apply(namespace, ...of("Ingress"));
    await available;
    return { namespace, name };
  }

  async function remove(pool: pg.ClientConfig, made: { namespace: string; name: string }) {
    await call(`/api/v1/namespaces/${made.namespace}`, { method: "DELETE" });
    await withSession({ ...pool, database: "postgres" }, async (sql) => {
      await sql(`drop database "${made.name}" with (force)`);
      await sql(`drop role "${made.name}"`);
    });
  }
}

const kept = new Set(["name", "labels", "annotations"]);

function bare(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object;
  const clean = Object.fromEntries(Object.entries(metadata).filter(([key]) => kept.has(key)));
  const copy = { ...rest, metadata: clean } as unknown as KubeObject & { spec?: Record<string, unknown> };
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

async function withSession(
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

async function makeDatabase(pool: pg.ClientConfig, tenant: { name: string; password: string; hash: string }) {
  const { name } = tenant;
  await withSession({ ...pool, database: "postgres" }, async (sql) => {
    const templates = await sql(
      "select datname from pg_database where datistemplate and datname like 'template\\_%'",
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
}
