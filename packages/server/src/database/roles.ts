import pg from "pg";

/** The login roles, by the URLs they sign in with. */
export interface RoleUrls {
  apiUrl: string;
  workerUrl: string;
}

const loginRoles = { apiUrl: "platform_api", workerUrl: "platform_worker" } as const;

/** Makes the roles that the migrations name, where missing, with the passwords of their URLs. */
export async function ensureRoles(client: pg.Client, urls: RoleUrls): Promise<void> {
  for (const field of ["apiUrl", "workerUrl"] as const) {
    const role = loginRoles[field];
    const password = pg.escapeLiteral(decodeURIComponent(new URL(urls[field]).password));
    const attributes = role === "platform_worker" ? "bypassrls" : "nobypassrls";
    await ensureRole(client, role, `login ${attributes} password ${password}`);
  }
  await ensureRole(client, "platform_definer", "nologin bypassrls");
  // Giving a function to a role takes membership of it, unless one is superuser.
  await client.query("grant platform_definer to current_user");
}

async function ensureRole(client: pg.Client, role: string, attributes: string): Promise<void> {
  const found = await client.query("select from pg_roles where rolname = $1", [role]);
  if (found.rowCount === 0) await client.query(`create role ${role} ${attributes}`);
}

interface RoleFacts {
  role: string;
  rolsuper: boolean;
  rolbypassrls: boolean;
  owns: boolean;
}

const factsQuery = `
  select current_user as role, r.rolsuper, r.rolbypassrls,
    exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'platform' and c.relkind = 'r' and pg_has_role(r.oid, c.relowner, 'member')) as owns
  from pg_roles r where r.rolname = current_user`;

/** Faults of the roles that would silently switch row-level security off (or keep the worker under it). */
export async function findRoleFaults(urls: RoleUrls): Promise<string[]> {
  const [api, worker] = await Promise.all([readFacts(urls.apiUrl), readFacts(urls.workerUrl)]);
  const faults = [api, worker].flatMap((facts) => [
    ...(facts.rolsuper ? [`role ${facts.role} is a superuser`] : []),
    ...(facts.owns ? [`role ${facts.role} owns tables of schema platform`] : []),
  ]);
  if (api.rolbypassrls) faults.push(`the API's role ${api.role} has BYPASSRLS`);
  if (!worker.rolbypassrls) faults.push(`the worker's role ${worker.role} lacks BYPASSRLS`);
  return faults;
}

async function readFacts(url: string): Promise<RoleFacts> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<RoleFacts>(factsQuery);
    return rows[0]!;
  } finally {
    await client.end();
  }
}
