import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chown, mkdir, realpath, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { ContainerFailure } from "./image-runner.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import type { UnprivilegedUser } from "./unprivileged-user.ts";

export interface ClusterOptions {
  binaries: PostgresBinaries;
  user: UnprivilegedUser | undefined;
  /** An empty folder. */
  dataDir: string;
  workDir: string;
  superuser: string;
  password?: string;
  database: string;
  authMethod: string;
  initdbArgs: string[];
}

const run = promisify(execFile);

/** Gives a folder and all in it to the user that PostgreSQL runs as. */
export const handOver = async (dir: string, { uid, gid }: UnprivilegedUser): Promise<void> => {
  await run("chown", ["-R", `${uid}:${gid}`, `${dir}/.`]);
};

// The same on every machine, whatever locales it has; case mapping knows Unicode.
const localeArgs = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];

const runTool = async (
  options: ClusterOptions,
  tool: { command: string; args: string[]; input?: string },
) => {
  const { user } = options;
  const { command, args, uid, gid } = user
    ? user.wrap(tool.command, tool.args)
    : { ...tool, uid: undefined, gid: undefined };
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", TZ: "UTC", LC_ALL: "C" };
  const child = spawn(command, args, {
    env,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(tool.input ?? "");
  const closed = once(child, "close");
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (code !== 0) throw new ContainerFailure(`${output}${errors}`.trim() || `${tool.command} failed`);
};

const runInitdb = async (options: ClusterOptions, dataDir: string): Promise<void> => {
  const { binaries, superuser, password, user, workDir, initdbArgs } = options;
  const passwordFile = join(workDir, "initdb-password");
  await mkdir(workDir, { recursive: true });
  await writeFile(passwordFile, `${password ?? ""}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const hasLocale = initdbArgs.some((arg) => arg.includes("locale") || arg.startsWith("--lc-"));
  try {
    await runTool(options, {
      command: binaries.initdb,
      args: [
        ...["-D", dataDir, `--username=${superuser}`, "--encoding=UTF8"],
        // Neighbours come from the loopback address too, so it is trusted no more than any other.
        ...["--auth=scram-sha-256", ...(password ? [`--pwfile=${passwordFile}`] : [])],
        ...(password ? [] : ["--auth=trust"]),
        ...(hasLocale ? [] : localeArgs),
        ...initdbArgs,
      ],
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
};

/** Makes a database cluster; interrupted at any moment it leaves none, never half of one. */
export async function initializeCluster(options: ClusterOptions): Promise<void> {
  const target = await realpath(options.dataDir);
  const building = join(dirname(target), `.initdb-${basename(target)}`);
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { mode: 0o700 });
  try {
    if (options.user) await chown(building, options.user.uid, options.user.gid);
    await runInitdb(options, building);
    await appendFile(join(building, "pg_hba.conf"), `\nhost all all all ${options.authMethod}\n`);
    if (options.database !== "postgres") {
      const name = `"${options.database.replaceAll('"', '""')}"`;
      await runTool(options, {
        command: options.binaries.postgres,
        args: ["--single", "-j", "-D", building, "postgres"],
        input: `CREATE DATABASE ${name};\n\n`,
      });
    }
    await rmdir(target).catch((error: Error) => {
      throw new ContainerFailure(
        `initdb: error: directory "${options.dataDir}" exists but is not empty: ${error.message}`,
      );
    });
    await rename(building, target);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}
