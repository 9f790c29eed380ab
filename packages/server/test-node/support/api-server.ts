import { spawn } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../test/support/server-process.ts";
import { makeTestbed, testbedState } from "./testbed.ts";

/** Kills the test bed's API server; the function it returns starts it again as it was and waits until it is ready. */
export async function killApiServer(): Promise<() => Promise<void>> {
  const pidFile = join(testbedState(), "run/kube-apiserver.pid");
  const pid = (await readFile(pidFile, "utf8")).trim();
  const [program, ...args] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
  process.kill(Number(pid), "SIGKILL");
  return async () => {
    const log = await open(join(testbedState(), "log/kube-apiserver.log"), "a");
    const child = spawn(program!, args, { detached: true, stdio: ["ignore", log.fd, log.fd] });
    child.unref();
    await log.close();
    await writeFile(pidFile, `${child.pid}\n`);
    await eventually(
      async () => (await makeTestbed().kubectl("get", "--raw", "/readyz")) || undefined,
      60_000,
    );
  };
}
