import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import type { Stage } from "../support/stage.ts";

const withinMs = 120_000;

interface Probe {
  key: string;
  group: string;
  verdict: string;
  evidence: string;
}

const fields = "step verdict probes { key group verdict evidence }";

/** What the isolation report says of real Odoo on a cluster that has no policy engine. */
export function testReport(stage: Stage): void {
  test("the isolation report proves what the database and Kubernetes refuse, and tells that policies are not enforced", async () => {
    const { client } = stage;
    const { acme } = stage.tenants;
    type Started = { runIsolationReport: { userErrors: { message: string }[] } };
    const run =
      "mutation ($input: RunIsolationReportInput!) { runIsolationReport(input: $input) { userErrors { message } } }";
    const { runIsolationReport } = await client.request<Started>(run, { input: { tenantId: acme.id } });
    expect(runIsolationReport.userErrors).toEqual([]);

    type Read = { isolationReport: { last: { step: string; verdict: string; probes: Probe[] } | null } };
    const query = `query ($id: ID!) { isolationReport(tenantId: $id) { last { ${fields} } } }`;
    const report = await eventually(async () => {
      const { last } = (await client.request<Read>(query, { id: acme.id })).isolationReport;
      return last?.step === "DONE" ? last : undefined;
    }, withinMs);
    const verdicts = report.probes.map(({ key, verdict, evidence }) => `${key} ${verdict} ${evidence}`);
    const notProven = (group: string) =>
      report.probes.filter((probe) => probe.group === group && probe.verdict !== "PROVEN");
    expect([notProven("DATABASE"), notProven("KUBERNETES")], verdicts.join("\n")).toEqual([[], []]);
    const enforced = report.probes.find(({ key }) => key === "network.enforced");
    expect(enforced?.verdict, verdicts.join("\n")).toBe("NOT_ENFORCED");
    expect(verdicts.filter((line) => line.includes(" BROKEN "))).toEqual([]);
    expect(report.verdict).toBe("NOT_ENFORCED");
  });
}
