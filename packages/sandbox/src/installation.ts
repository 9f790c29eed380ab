import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endRecordedProcesses, findStartTime } from "./processes/process-records.ts";

const names = [
  "databaseSuperuser",
  "databaseOwner",
  "databaseApi",
  "databaseWorker",
  "idempotency",
  "customer",
  "admin",
] as const;

/** Passwords and secrets made once for an installation. */
export type Secrets = Record<(typeof names)[number], string>;

/** Writes a file that only its owner can read, whole or not at all. */
export async function writePrivateFile(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Reads the installation's secrets from `dir`, making those that do not exist yet. */
export async function loadSecrets(dir: string): Promise<Secrets> {
  const path = join(dir, "secrets.json");
  const known: Partial<Secrets> = await readFile(path, "utf8").then(
    (text) => JSON.parse(text) as Partial<Secrets>,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return {};
      throw error;
    },
  );
  const entries = names.map((name) => [name, known[name] ?? randomBytes(15).toString("base64url")]);
  const secrets = Object.fromEntries(entries) as Secrets;
  await writePrivateFile(path, secrets);
  return secrets;
}

const lockName = "sandbox.lock";

interface Lock {
  pid: number;
  startTime: string;
}

async function findHolder(path: string): Promise<Lock | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const lock = JSON.parse(text) as Lock;
    return findStartTime(lock.pid) === lock.startTime ? lock : undefined;
  } catch {
    return undefined;
  }
}

async function takeLock(dir: string, path: string): Promise<void> {
  const lock: Lock = { pid: process.pid, startTime: findStartTime(process.pid) ?? "" };
  try {
    await writeFile(path, JSON.stringify(lock), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = await findHolder(path);
    if (holder) {
      throw new Error(
        `Another sandbox (process ${holder.pid}) runs in ${dir}. Stop it, or choose another --dir.`,
      );
    }
    await rm(path, { force: true });
    await takeLock(dir, path);
  }
}

/**
 * Takes `dir` for this process and returns how to give it back; throws when another sandbox has it.
 * With `isReset` everything in there is forgotten.
 */
export async function claimInstallation(dir: string, isReset: boolean): Promise<() => Promise<void>> {
  const path = join(dir, lockName);
  await mkdir(dir, { recursive: true });
  await takeLock(dir, path);
  if (isReset) {
    await endRecordedProcesses(join(dir, "processes"));
    const old = (await readdir(dir)).filter((name) => name !== lockName);
    await Promise.all(old.map((name) => rm(join(dir, name), { recursive: true, force: true })));
  }
  return () => rm(path, { force: true });
}
