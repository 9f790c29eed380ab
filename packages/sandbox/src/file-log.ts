import { createWriteStream } from "node:fs";
import type { Log } from "./client/log.ts";

const visible = new Set(["warn", "error"]);

/** A log in a file, one JSON object a line from `info` on; warnings and errors are shown on stderr as well. */
export function makeFileLog(path: string): Log & { dispose(): Promise<void> } {
  const file = createWriteStream(path, { flags: "a", mode: 0o600 });
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    file.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
    if (!visible.has(level)) return;
    process.stderr.write(`sandbox ${level}: ${message}${fields ? ` ${JSON.stringify(fields)}` : ""}\n`);
  };
  return {
    debug: () => undefined,
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    dispose: () => new Promise((resolve) => file.end(resolve)),
  };
}
