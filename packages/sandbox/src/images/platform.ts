import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ImageRunner } from "./image-runner.ts";

const packages = resolve(import.meta.dirname, "../../..");

// The image holds compiled JavaScript; here its sources stand for it.
const findProgram = (path: string): string => {
  const program = join(packages, path);
  const source = program.replace(/\.js$/, ".ts");
  return !existsSync(program) && existsSync(source) ? source : program;
};

/** `odoo-saas-kit/server` runs `node <program>` from this checkout; paths in its arguments are the container's. */
export const platformRunner: ImageRunner = {
  matches: ({ path }) => path.endsWith("odoo-saas-kit/server"),
  async prepare({ command, args, env, root, workDir }) {
    const [, program = "server/src/main.js", ...rest] = command;
    const inContainer = (arg: string) => (arg.startsWith("/") ? join(root, arg) : arg);
    return {
      command: process.execPath,
      args: ["--no-warnings", findProgram(program), ...[...rest, ...args].map(inContainer)],
      env,
      cwd: workDir,
    };
  },
};
