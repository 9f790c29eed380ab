/** Where the sandbox's parts write what happened; fields are for machines, the message for people. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const ignore = (): void => undefined;

/** A log that forgets everything. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
