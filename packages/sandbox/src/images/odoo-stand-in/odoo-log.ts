/** Writes a line as Odoo's default log format has it. */
export type OdooLog = (
  level: "INFO" | "WARNING" | "ERROR" | "CRITICAL",
  logger: string,
  message: string,
) => void;

export const makeOdooLog =
  (database: string): OdooLog =>
  (level, logger, message) => {
    const time = new Date().toISOString().replace("T", " ").replace(".", ",").replace("Z", "");
    process.stderr.write(`${time} ${process.pid} ${level} ${database} ${logger}: ${message} \n`);
  };
