import { pino } from "pino";

/** Structured log; `child` adds fields. */
export type Log = pino.Logger;

const redactedPaths = ["authorization", "password", "adminPassword", "accessToken", "passwordHash"].flatMap(
  (field) => [field, `*.${field}`, `*.*.${field}`],
);

/** JSON lines on standard output, or coloured text when `pretty`; secrets in known fields are removed. */
export function makeLog(options: { level: string; pretty?: boolean }): Log {
  return pino({
    level: options.level,
    redact: { paths: redactedPaths, censor: "[redacted]" },
    ...(options.pretty && { transport: { target: "pino-pretty", options: { ignore: "pid,hostname" } } }),
  });
}
