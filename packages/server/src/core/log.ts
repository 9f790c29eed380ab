import { pino } from "pino";

/** Structured log; `child` adds fields. */
export type Log = pino.Logger;

const redactedPaths = ["authorization", "password", "adminPassword", "accessToken", "passwordHash"].flatMap(
  (field) => [field, `*.${field}`, `*.*.${field}`],
);

// PostgreSQL puts whole rows into these, also those of which only one column was wrong.
const rowFields = ["detail", "where", "internalQuery"];

/** An error for the log, without what may hold a row's content. */
export function serializeError(error: unknown): unknown {
  const { raw: _, ...serialized } = pino.stdSerializers.err(error as Error);
  return Object.fromEntries(Object.entries(serialized).filter(([field]) => !rowFields.includes(field)));
}

/** JSON lines on standard output, or coloured text when `pretty`; secrets in known fields are removed. */
export function makeLog(options: { level: string; pretty?: boolean }): Log {
  return pino({
    level: options.level,
    serializers: { err: serializeError },
    redact: { paths: redactedPaths, censor: "[redacted]" },
    ...(options.pretty && { transport: { target: "pino-pretty", options: { ignore: "pid,hostname" } } }),
  });
}
