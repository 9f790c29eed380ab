import { spawn } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../test/support/server-process.ts";
import { makeTestbed, testbedState } from "./testbed.ts";

const pidFile = () => join(testbedState(), "run/kube-apiserver.pid");
const readPid = async () => Number((await readFile(pidFile(), "utf8")).trim());
const untilReady = () =>
  eventually(async () => (await makeTestbed().kubectl("get", "--raw", "/readyz")) || undefined, 60_000);

/** Kills the test bed's API server; the function it returns starts it again as it was and waits until it is ready. */
export async function crashApiServer(): Promise<() => Promise<void>> {
  const pid = await readPid();
  const [program, ...args] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
  process.kill(pid, "SIGKILL");
  return async () => {
    const log = await open(join(testbedState(), "log/kube-apiserver.log"), "a");
    const child = spawn(program!, args, { detached: true, stdio: ["ignore", log.fd, log.fd] });
    child.unref();
    await log.close();
    await writeFile(pidFile(), `${child.pid}\n`);
    await untilReady();
  };
}

/** Lets the API server hang, connections open; the function it returns lets it go on and waits until it is ready. */
export async function freezeApiServer(): Promise<() => Promise<void>> {
  const pid = await readPid();
  process.kill(pid, "SIGSTOP");
  return async () => {
    process.kill(pid, "SIGCONT");
    await untilReady();
  };
}
