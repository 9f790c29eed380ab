import { expect } from "vitest";
import type { PlatformClient } from "./platform-client.ts";

export interface Report {
  id: string;
  verdict: string;
  probes: {
    key: string;
    group: string;
    verdict: string;
    how: string;
    evidence: string;
    remedy: string | null;
  }[];
}

const runMutation = `mutation ($id: ID!) {
  runIsolationReport(input: { tenantId: $id }) { report { id } userErrors { code message } }
}`;
const progress = `subscription ($id: ID!) {
  isolationReportProgress(tenantId: $id) {
    underWay { id } last { id verdict probes { key group verdict how evidence remedy } }
  }
}`;

/** Runs a tenant's report and waits until it is there. */
export async function makeReport(by: PlatformClient, tenant: { id: string }, withinMs = 120_000) {
  type Run = { runIsolationReport: { report: { id: string } | null; userErrors: { message: string }[] } };
  const { runIsolationReport } = await by.request<Run>(runMutation, { id: tenant.id });
  expect(runIsolationReport.userErrors).toEqual([]);
  const { id } = runIsolationReport.report!;
  type Progress = { isolationReportProgress: { last: Report | null } };
  const isDone = (data: Progress) => data.isolationReportProgress.last?.id === id;
  const subscription = { query: progress, variables: { id: tenant.id } };
  const { isolationReportProgress } = await by.waitFor<Progress>(subscription, isDone, withinMs);
  const report = isolationReportProgress.last as Report;
  const verdictOf = (key: string) => report.probes.find((probe) => probe.key === key)?.verdict;
  return { ...report, get: (key: string) => report.probes.find((probe) => probe.key === key), verdictOf };
}

/** Claims of a group that the report could not prove. */
export const notProven = (report: Report, group: string) =>
  report.probes.filter((probe) => probe.group === group && probe.verdict !== "PROVEN");
