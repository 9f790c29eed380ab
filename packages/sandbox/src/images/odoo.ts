import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ContainerFailure, type ContainerToRun, type ImageRunner, type RunPlan } from "./image-runner.ts";
import { formatIniSection, parseIniSection } from "./ini-file.ts";

const standIn = fileURLToPath(new URL("./odoo-stand-in/main.ts", import.meta.url));
// Many of these run at once: a small heap, collected often.
const smallHeap = ["--max-old-space-size=64", "--max-semi-space-size=1", "--no-warnings"];

const findConfigArgument = (args: string[]): { path: string; rest: string[] } | undefined => {
  const index = args.findIndex((arg) => arg === "-c" || arg === "--config" || arg.startsWith("--config="));
  const arg = args[index];
  if (arg === undefined) return undefined;
  if (arg.startsWith("--config=")) {
    return { path: arg.slice("--config=".length), rest: args.toSpliced(index, 1) };
  }
  return { path: args[index + 1] ?? "", rest: args.toSpliced(index, 2) };
};

/** A copy of odoo.conf in which paths are this machine's and the addresses are the pod's own. */
export const adaptConfiguration = (text: string, container: ContainerToRun): Map<string, string> => {
  const values = parseIniSection(text, "options");
  for (const key of ["data_dir", "logfile", "pidfile"]) {
    const path = values.get(key);
    if (path?.startsWith("/")) values.set(key, join(container.root, path));
  }
  const addons = (values.get("addons_path") ?? "")
    .split(",")
    .map((path) => join(container.root, path.trim()));
  const found = addons.filter((path) => path !== container.root && existsSync(path));
  if (found.length > 0) values.set("addons_path", found.join(","));
  else values.delete("addons_path");
  if (!values.has("data_dir")) values.set("data_dir", join(container.root, "/var/lib/odoo"));
  values.set("http_interface", container.address);
  values.set("http_port", String(container.listenPort(Number(values.get("http_port") ?? 8069))));
  values.set("gevent_port", String(container.listenPort(Number(values.get("gevent_port") ?? 8072))));
  return values;
};

// The official image's entry point takes the database's address from the environment when the file has none.
const addEnvironment = (values: Map<string, string>, env: Record<string, string>): void => {
  const names = { db_host: env.HOST, db_port: env.PORT, db_user: env.USER, db_password: env.PASSWORD };
  for (const [key, value] of Object.entries(names)) if (value && !values.has(key)) values.set(key, value);
};

const realOdoo = async (odooBin: string, container: ContainerToRun, args: string[]): Promise<RunPlan> => {
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: container.workDir,
    ...container.env,
  };
  const script = container.command.find((part) => part.endsWith(".py"));
  if (!script) return { command: odooBin, args, env, cwd: container.workDir };
  // A start script runs with the interpreter, and finds the sources, of the given Odoo.
  const shebang = /^#!\s*(.+)/.exec(await readFile(odooBin, "utf8"))?.[1]?.trim() ?? "/usr/bin/env python3";
  const [interpreter = "python3", ...options] = shebang.split(/\s+/);
  return {
    command: interpreter,
    args: [...options, join(container.root, script), ...args],
    env: { ...env, PYTHONPATH: [dirname(odooBin), env.PYTHONPATH].filter(Boolean).join(":") },
    cwd: container.workDir,
  };
};

/** Runs `odoo` images: the stand-in, or the real local Odoo `odooBin`. */
export function makeOdooRunner({ odooBin }: { odooBin?: string } = {}): ImageRunner {
  return {
    matches: ({ name }) => name === "odoo",
    async prepare(container) {
      const own = container.args[0] === "odoo" ? container.args.slice(1) : container.args;
      const given = findConfigArgument(own);
      const path = given?.path ?? container.env.ODOO_RC ?? "/etc/odoo/odoo.conf";
      const text = await readFile(join(container.root, path), "utf8").catch(
        (error: NodeJS.ErrnoException) => {
          if (given)
            throw new ContainerFailure(
              `odoo: error: The config file '${path}' could not be read: ${error.code}`,
            );
          return "";
        },
      );
      const values = adaptConfiguration(text, container);
      addEnvironment(values, container.env);
      await mkdir(values.get("data_dir") ?? container.workDir, { recursive: true });
      const copy = join(container.workDir, "odoo.conf");
      await writeFile(copy, formatIniSection("options", values), { mode: 0o600 });
      const args = [`--config=${copy}`, ...(given?.rest ?? own)];
      if (odooBin) return realOdoo(odooBin, container, args);
      const env = { ...container.env };
      return {
        command: process.execPath,
        args: [...smallHeap, standIn, ...args],
        env,
        cwd: container.workDir,
      };
    },
  };
}
