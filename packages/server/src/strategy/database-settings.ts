/** One PostgreSQL setting that a customer may choose, within what can hurt nobody but the customer's own server. */
export interface DatabaseSettingChoice {
  /** PostgreSQL's own name. */
  name: string;
  kind: "INTEGER" | "NUMBER" | "SWITCH";
  /** As PostgreSQL writes it after the number; empty when it counts nothing. */
  unit: "" | "MB" | "ms" | "s";
  min: number;
  max: number;
  description: string;
}

/** The safe list: nothing here reaches files, other servers, authentication, durability or the connection limit. */
export const databaseSettingChoices: readonly DatabaseSettingChoice[] = [
  {
    ...{ name: "work_mem", kind: "INTEGER", unit: "MB", min: 1, max: 64 },
    description: "Memory of one sort or hash; larger reports stay off the disk.",
  },
  {
    ...{ name: "maintenance_work_mem", kind: "INTEGER", unit: "MB", min: 16, max: 512 },
    description: "Memory for vacuuming and for building indexes.",
  },
  {
    ...{ name: "random_page_cost", kind: "NUMBER", unit: "", min: 1, max: 10 },
    description: "Cost of a page read out of order; about 1.1 on solid-state disks.",
  },
  {
    ...{ name: "effective_io_concurrency", kind: "INTEGER", unit: "", min: 0, max: 256 },
    description: "Reads of the disk that may go on at once.",
  },
  {
    ...{ name: "default_statistics_target", kind: "INTEGER", unit: "", min: 10, max: 1000 },
    description: "How closely the planner knows the data; more costs time in ANALYZE.",
  },
  {
    ...{ name: "jit", kind: "SWITCH", unit: "", min: 0, max: 1 },
    description: "Compiles long queries; off is usually better for Odoo's short ones.",
  },
  {
    ...{ name: "statement_timeout", kind: "INTEGER", unit: "s", min: 30, max: 86_400 },
    description: "Ends a statement that takes longer.",
  },
  {
    ...{ name: "lock_timeout", kind: "INTEGER", unit: "s", min: 1, max: 3_600 },
    description: "Gives up a lock that is not had by then.",
  },
  {
    ...{ name: "idle_in_transaction_session_timeout", kind: "INTEGER", unit: "s", min: 10, max: 86_400 },
    description: "Ends a session that leaves a transaction open.",
  },
  {
    ...{ name: "log_min_duration_statement", kind: "INTEGER", unit: "ms", min: 10, max: 600_000 },
    description: "Statements that take this long are written to the server's log.",
  },
  {
    ...{ name: "autovacuum_naptime", kind: "INTEGER", unit: "s", min: 5, max: 3_600 },
    description: "Time between two looks for tables to vacuum.",
  },
  {
    ...{ name: "autovacuum_vacuum_scale_factor", kind: "NUMBER", unit: "", min: 0.01, max: 0.5 },
    description: "Share of a table's rows that change before it is vacuumed.",
  },
];

const choices = new Map(databaseSettingChoices.map((choice) => [choice.name, choice]));
const switches = ["on", "off"];
const numberPattern = { INTEGER: /^\d{1,9}$/, NUMBER: /^\d{1,9}(\.\d{1,6})?$/ };

/** Why a value cannot be taken, for people; undefined when it can. */
export function findSettingProblem(name: string, value: string): string | undefined {
  const choice = choices.get(name);
  if (choice === undefined) return "This setting cannot be chosen.";
  const { kind, unit, min, max } = choice;
  if (kind === "SWITCH") return switches.includes(value) ? undefined : "Choose on or off.";
  const isInRange = numberPattern[kind].test(value) && Number(value) >= min && Number(value) <= max;
  const words = kind === "INTEGER" ? "a whole number" : "a number";
  return isInRange ? undefined : `Choose ${words} from ${min} to ${max}${unit && ` (${unit})`}.`;
}

/** Name and value as PostgreSQL's command line takes them. Leaves out what is not on the safe list (any more). */
export function buildServerSettings(settings: Record<string, string>): Record<string, string> {
  const entries = Object.entries(settings)
    .filter(([name, value]) => findSettingProblem(name, value) === undefined)
    .map(([name, value]) => [name, `${value}${choices.get(name)?.unit ?? ""}`]);
  return Object.fromEntries(entries);
}
