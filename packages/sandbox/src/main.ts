import { buildBanner } from "./access.ts";
import { ConfigError, readConfig, type SandboxConfig, usage } from "./config.ts";
import { makeSandbox, type Sandbox } from "./sandbox.ts";

const echoMs = 500;

/** Resolves with the first request to end; a second one ends at once, the guardian then ends the processes. */
function watchForEnd(config: SandboxConfig): AbortSignal {
  const asked = new AbortController();
  let askedAtMs = 0;
  const end = () => {
    // The terminal and the programs above this one may both pass on one Ctrl-C.
    if (asked.signal.aborted && Date.now() - askedAtMs > echoMs) process.exit(1);
    if (asked.signal.aborted) return;
    askedAtMs = Date.now();
    asked.abort(new Error("The sandbox was asked to end"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, end);
  if (config.isTiedToStdin) process.stdin.resume().once("close", end);
  return asked.signal;
}

async function endSandbox(sandbox: Sandbox): Promise<void> {
  process.stdout.write("\nThe sandbox is ending …\n");
  await sandbox.dispose();
}

async function main(): Promise<void> {
  if (process.argv.includes("--help")) {
    process.stdout.write(usage);
    return;
  }
  const config = readConfig(process.argv.slice(2), process.env);
  const signal = watchForEnd(config);
  const sandbox = await makeSandbox(config, signal);
  process.stdout.write(
    buildBanner(sandbox.access, { dir: config.dir, hasServer: config.runCommand !== undefined }),
  );
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  await endSandbox(sandbox);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const isExpected = error instanceof ConfigError || (error instanceof Error && error.cause === undefined);
    const text = error instanceof Error ? (isExpected ? error.message : error.stack) : String(error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  },
);
