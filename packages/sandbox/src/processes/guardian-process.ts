// Runs on its own: ends the recorded processes as soon as the sandbox's end of the pipe is closed, however it died.
import { endRecordedProcesses } from "./process-records.ts";

const dir = process.argv[2];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdin.resume();
process.stdin.on("error", () => undefined);
process.stdin.once("close", () => {
  if (dir) void endRecordedProcesses(dir).finally(() => process.exit(0));
});
