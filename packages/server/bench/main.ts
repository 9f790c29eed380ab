import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const [mode, ...rest] = process.argv.slice(2);

/** `--node`: on the real node, which deploy/testbed/with-node.sh starts; otherwise on the sandbox. */
if (mode === "--node") {
  const script = join(import.meta.dirname, "../../../deploy/testbed/with-node.sh");
  const bench = [
    "tsx",
    "--tsconfig",
    "packages/server/tsconfig.json",
    "packages/server/bench/node/provision.ts",
  ];
  const child = spawn(script, [...bench, ...rest], { stdio: "inherit" });
  // Ctrl-C reaches the whole group: the script takes the node down, then we end.
  process.on("SIGINT", () => undefined);
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
} else {
  await import("./provision.ts");
}
