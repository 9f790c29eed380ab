import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { IsolationNames, IsolationProbe, IsolationVerdict } from "../core/isolation.ts";

export type IsolationStepName = "QUEUED" | "CANARY" | "NETWORK" | "DATABASE" | "DONE";

export interface IsolationReportsTable {
  id: Generated<string>;
  tenant_id: string;
  trigger: "ON_DEMAND" | "SCHEDULE";
  is_counted: Generated<boolean>;
  step: Generated<IsolationStepName>;
  verdict: IsolationVerdict | null;
  probes: JSONColumnType<IsolationProbe[], string | undefined, string>;
  requested_by: string | null;
  requested_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
}

export interface IsolationReportNamesTable {
  report_id: string;
  names: JSONColumnType<IsolationNames, string, string>;
}

export interface NetworkCanaryTable {
  is_only: Generated<boolean>;
  wanted_at: Date | null;
  observed_at: Date | null;
  observation: ColumnType<object | null, string | null, string | null>;
}

/** The tables of isolation reports. */
export interface IsolationTables {
  isolation_reports: IsolationReportsTable;
  isolation_report_names: IsolationReportNamesTable;
  network_canary: NetworkCanaryTable;
}
