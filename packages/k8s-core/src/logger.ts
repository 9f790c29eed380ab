type Write = (fields: object, message: string) => void;

/** The part of pino's interface that this package writes to. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}
