import pg from "pg";
import type { ClusterReader } from "../../test/support/cluster-reader.ts";
import { databaseHeadOf } from "./database-address.ts";

/** What a PostgreSQL server says to somebody who signs in with an instance's settings: `connected`, or the refusal. */
export async function connectAs(
  cluster: ClusterReader,
  server: string,
  login: Record<string, string>,
): Promise<string> {
  const { db_user: user, db_password: password, db_name: database } = login;
  const session = new pg.Client({ ...(await databaseHeadOf(cluster, server)), user, password, database });
  try {
    await session.connect();
    return "connected";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await session.end().catch(() => undefined);
  }
}
