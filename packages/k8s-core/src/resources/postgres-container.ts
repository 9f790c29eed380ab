import type { ContainerDescription } from "../application.ts";

/** Size of a PostgreSQL server. */
export interface PostgresSize {
  cpuMillicores: number;
  memoryBytes: number;
  storageBytes: number;
  maxConnections: number;
}

const mebibyte = 2 ** 20;
const dataPath = "/var/lib/postgresql/data";
const passwordFile = "/run/secrets/postgres/password";

/** PostgreSQL's settings for its size, by the usual rules (a quarter for shared buffers). */
export function buildPostgresSettings({ memoryBytes, maxConnections }: PostgresSize): Record<string, string> {
  const megabytes = (count: number) => `${Math.max(1, Math.floor(count / mebibyte))}MB`;
  // Few of the connections sort at once: count a tenth of them, four sorts each.
  const workMem = Math.max(4 * mebibyte, memoryBytes / 4 / (maxConnections / 10) / 4);
  return {
    max_connections: String(maxConnections),
    shared_buffers: megabytes(memoryBytes / 4),
    effective_cache_size: megabytes((memoryBytes * 3) / 4),
    maintenance_work_mem: megabytes(Math.min(512 * mebibyte, memoryBytes / 16)),
    work_mem: megabytes(workMem),
    wal_compression: "on",
    max_wal_size: "2GB",
    // Many small databases: parallel queries would only fill /dev/shm.
    max_parallel_workers_per_gather: "0",
    password_encryption: "scram-sha-256",
  };
}

/** The official `postgres` image, uid 999, with its superuser's password in a file. */
export function buildPostgresContainer(input: {
  image: string;
  size: PostgresSize;
  password: string;
  /** Instead of what follows from the size. */
  databaseSettings?: Record<string, string>;
}): ContainerDescription & { dataPath: string } {
  const settings = Object.entries({ ...buildPostgresSettings(input.size), ...input.databaseSettings });
  return {
    image: input.image,
    args: ["postgres", ...settings.flatMap(([key, value]) => ["-c", `${key}=${value}`])],
    env: {
      // A folder of its own: volumes often come with a lost+found that initdb refuses.
      PGDATA: `${dataPath}/pgdata`,
      POSTGRES_PASSWORD_FILE: passwordFile,
      // By default the image trusts local sockets and 127.0.0.1, hence whatever a port-forward brings.
      POSTGRES_INITDB_ARGS: "--encoding=UTF8 --auth-local=scram-sha-256 --auth-host=scram-sha-256",
    },
    userId: 999,
    groupId: 999,
    configFiles: {},
    secretFiles: { [passwordFile]: input.password },
    scratchPaths: ["/var/run/postgresql", "/tmp"],
    dataPath,
  };
}
