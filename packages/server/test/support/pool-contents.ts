import pg from "pg";
import type { ClusterReader } from "./cluster-reader.ts";

/** How many databases and roles of a tenant stand on a pool. */
export async function listPoolContents(cluster: ClusterReader, pool: string, uuid: string) {
  const client = new pg.Client({
    ...(await cluster.untilPoolAddress(pool)),
    user: "postgres",
    database: "postgres",
    password: await cluster.passwordOfPool(pool),
  });
  await client.connect();
  try {
    const pattern = `%${uuid.replaceAll("-", "")}%`;
    const { rows } = await client.query<{ databases: number; roles: number }>(
      `select (select count(*)::int from pg_database where datname like $1) as databases,
              (select count(*)::int from pg_roles where rolname like $1) as roles`,
      [pattern],
    );
    return rows[0]!;
  } finally {
    await client.end();
  }
}
