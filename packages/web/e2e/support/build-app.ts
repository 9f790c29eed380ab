import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
// A test runner sets NODE_ENV to `test`, and would have development code built.
const env = { ...process.env, NODE_ENV: "production" };
const cwd = fileURLToPath(new URL("../../", import.meta.url));
const findBin = (name: string) => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));

/** Builds the application as it is served, from the sources as they are. */
export async function buildApp(): Promise<void> {
  await run(findBin("graphql-codegen"), ["--config", "codegen.ts"], { cwd, env });
  await run(findBin("vite"), ["build"], { cwd, env });
}
