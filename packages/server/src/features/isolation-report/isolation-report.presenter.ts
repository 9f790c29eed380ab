import {
  type IsolationNames,
  type Placeholder,
  type IsolationProbe as ProbeRow,
  placeholderWords,
} from "../../core/isolation.ts";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import type { FleetRow, ReportRow } from "./isolation-report.repository.ts";
import type {
  FleetIsolationEntry,
  IsolationCounts,
  IsolationProbe,
  IsolationReport,
} from "./isolation-report.type.ts";

/** Names for whoever may know them; for everybody else words that name nobody. */
export const fillNames = (text: string, names: IsolationNames): string =>
  text.replace(/\{(\w+)\}/g, (all, key: Placeholder) => names[key] ?? placeholderWords[key] ?? all);

/** The API's view of a report's row. */
export function toReport(row: ReportRow): IsolationReport {
  const names = row.names ?? {};
  return {
    id: encodeGlobalId("IsolationReport", row.id),
    tenantId: encodeGlobalId("Tenant", row.tenant_id),
    trigger: row.trigger,
    step: row.step,
    verdict: row.verdict,
    counts: countVerdicts(row.probes),
    probes: row.probes.map((probe) => toProbe(probe, names)),
    requestedAt: new Date(row.requested_at),
    startedAt: row.started_at === null ? null : new Date(row.started_at),
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
  };
}

function toProbe({ id, group, claim, verdict, ...texts }: ProbeRow, names: IsolationNames): IsolationProbe {
  return {
    ...{ key: id, group, claim, verdict },
    how: fillNames(texts.how, names),
    evidence: fillNames(texts.evidence, names),
    remedy: texts.remedy === null ? null : fillNames(texts.remedy, names),
    at: new Date(texts.at),
  };
}

function countVerdicts(probes: Pick<ProbeRow, "verdict">[]): IsolationCounts {
  const count = (verdict: ProbeRow["verdict"]) => probes.filter((probe) => probe.verdict === verdict).length;
  return {
    proven: count("PROVEN"),
    broken: count("BROKEN"),
    notEnforced: count("NOT_ENFORCED"),
    unknown: count("UNKNOWN"),
  };
}

const worstFirst: ProbeRow["verdict"][] = ["BROKEN", "NOT_ENFORCED", "UNKNOWN"];

/** One tenant in the list of all. */
export function toFleetEntry(row: FleetRow): FleetIsolationEntry {
  const probes = row.probes ?? [];
  return {
    tenantId: encodeGlobalId("Tenant", row.id),
    tenantName: row.name,
    tenantSlug: row.slug,
    verdict: row.verdict,
    counts: countVerdicts(probes),
    faults: worstFirst.flatMap((verdict) =>
      probes.filter((probe) => probe.verdict === verdict).map(({ claim }) => claim),
    ),
    isUnderWay: row.is_under_way,
    finishedAt: row.finished_at,
  };
}
