import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Access, DatabaseObservation } from "../../core/isolation.ts";
import type { RoleLogin } from "../../core/postgres-servers.ts";

export interface ObserveOptions {
  address: { host: string; port: number };
  own: RoleLogin;
  /** Another tenant of the same server. */
  neighbour: RoleLogin | undefined;
  /** As the control role, in the maintenance database. */
  control: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;
}

const insufficientPrivilege = "42501";
const withinMs = 5_000;

/** Tries everything a tenant might with its role's password; changes nothing, and never throws. */
export async function observeIsolation(options: ObserveOptions): Promise<DatabaseObservation> {
  const { own, neighbour } = options;
  const enter = (login: RoleLogin) =>
    access(() => withRole(options, login, (client) => client.query("select 1")));
  return {
    at: new Date().toISOString(),
    own: await enter(own),
    otherDatabases: await orUndefined(countOtherDatabases(options)),
    toNeighbour: neighbour && (await enter({ ...own, database: neighbour.database })),
    neighbourToOwn: neighbour && (await enter({ ...neighbour, database: own.database })),
    neighbourInOwn: neighbour && (await enter(neighbour)),
    maintenance: await observeMaintenance(options, enter),
    othersWithConnect: await orUndefined(findOthersWithConnect(options)),
    powers: await orUndefined(findPowers(options)),
    catalogues: await observeCatalogues(options),
    otherNames: await orUndefined(findOtherNames(options)),
    listening: neighbour && (await orUndefined(observeListening(options, neighbour))),
  };
}

async function withRole<T>(
  { address }: Pick<ObserveOptions, "address">,
  login: RoleLogin,
  run: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...address,
    ...login,
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
    application_name: "isolation probe",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await run(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function access(run: () => Promise<unknown>): Promise<Access> {
  try {
    await run();
    return { outcome: "ALLOWED", detail: "" };
  } catch (error) {
    const { code = "no code" } = error as { code?: string };
    return { outcome: code === insufficientPrivilege ? "DENIED" : "FAILED", detail: String(code) };
  }
}

const orUndefined = <T>(promise: Promise<T>): Promise<T | undefined> => promise.catch(() => undefined);

async function observeMaintenance(
  { control, own }: ObserveOptions,
  enter: (login: RoleLogin) => Promise<Access>,
): Promise<DatabaseObservation["maintenance"]> {
  // The control role is in `postgres` as it asks this; `template1` it need not enter to know that it is open.
  const open = await orUndefined(
    control<{ name: string }>("select datname as name from pg_database where datallowconn"),
  );
  const observed = [];
  for (const database of ["postgres", "template1"]) {
    const isOpenToControl = open?.some(({ name }) => name === database) ?? false;
    observed.push({ database, access: await enter({ ...own, database }), isOpenToControl });
  }
  return observed;
}

async function countOtherDatabases({ control, own }: ObserveOptions): Promise<number> {
  const [row] = await control<{ count: number }>(
    "select count(*)::int as count from pg_database where datname ~ '^t_[0-9a-f]{32}$' and datname <> $1",
    [own.database],
  );
  return row!.count;
}

async function findOthersWithConnect({ control, own }: ObserveOptions): Promise<string[]> {
  const rows = await control<{ name: string }>(
    `select rolname as name from pg_roles
     where rolcanlogin and not rolsuper and rolname <> $1 and rolname <> current_user
       and has_database_privilege(oid, $2, 'connect')
     union all select 'PUBLIC' where has_database_privilege('public', $2, 'connect')`,
    [own.user, own.database],
  );
  return rows.map(({ name }) => name);
}

const powersQuery = `
  select unnest(array_remove(array[
    case when rolsuper then 'SUPERUSER' end, case when rolcreatedb then 'CREATEDB' end,
    case when rolcreaterole then 'CREATEROLE' end, case when rolreplication then 'REPLICATION' end,
    case when rolbypassrls then 'BYPASSRLS' end], null)) as name
  from pg_roles where rolname = current_user
  union all select 'member of ' || roleid::regrole from pg_auth_members where member = current_user::regrole`;

const findPowers = (options: ObserveOptions): Promise<string[]> =>
  withRole(options, options.own, async (client) => {
    const { rows } = await client.query<{ name: string }>(powersQuery);
    return rows.map(({ name }) => name);
  });

const catalogueQueries = [
  { what: "read password hashes (pg_authid)", query: "select 1 from pg_authid limit 1" },
  { what: "read files of the server (pg_read_file)", query: "select pg_read_file('PG_VERSION')" },
];

async function observeCatalogues(options: ObserveOptions): Promise<DatabaseObservation["catalogues"]> {
  const observed = [];
  for (const { what, query } of catalogueQueries) {
    observed.push({
      what,
      access: await access(() => withRole(options, options.own, (client) => client.query(query))),
      control: await access(() => options.control(query)),
    });
  }
  return observed;
}

const namesQuery = `
  select name from (select datname from pg_database union select rolname from pg_roles) as all_names (name)
  where name !~ '^(t_[0-9a-f]{32}|postgres|template.*|pg_.*)$'`;

const findOtherNames = (options: ObserveOptions): Promise<string[]> =>
  withRole(options, options.own, async (client) => {
    const { rows } = await client.query<{ name: string }>(namesQuery);
    return rows.map(({ name }) => name);
  });

/** The notifications of a server stand in one queue: whoever hears its own has passed those before it. */
function observeListening(options: ObserveOptions, neighbour: RoleLogin) {
  const channel = `isolation_probe_${randomBytes(6).toString("hex")}`;
  return withRole(options, options.own, (mine) =>
    withRole(options, neighbour, async (theirs) => {
      const [heardByMe, heardByThem] = [await listen(mine, channel), await listen(theirs, channel)];
      await theirs.query("select pg_notify($1, 'foreign')", [channel]);
      await mine.query("select pg_notify($1, 'own')", [channel]);
      const heardItself = await heardByMe.until("own");
      const neighbourHeardItself = await heardByThem.until("foreign");
      return { heardNeighbour: heardByMe.has("foreign"), neighbourHeardItself, heardItself };
    }),
  );
}

async function listen(client: pg.Client, channel: string) {
  const payloads = new Set<string>();
  let wake: () => void = () => undefined;
  client.on("notification", ({ payload = "" }) => {
    payloads.add(payload);
    wake();
  });
  await client.query(`listen ${channel}`);
  return {
    has: (payload: string) => payloads.has(payload),
    async until(payload: string): Promise<boolean> {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
      let isLate = false;
      void deadline.then(() => {
        isLate = true;
        wake();
      });
      while (!payloads.has(payload) && !isLate) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return payloads.has(payload);
    },
  };
}
