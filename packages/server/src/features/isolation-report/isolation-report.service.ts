import { AppError } from "../../core/errors.ts";
import { IdempotencyKeyReusedError } from "../../database/idempotency.ts";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import { getViewer, type RequestContext } from "../../graphql/request-context.ts";
import { toFleetEntry, toReport } from "./isolation-report.presenter.ts";
import {
  countFleet,
  type FleetCountRow,
  type FleetPosition,
  findFleet,
  findReport,
  findTenantIsolation,
  type TenantIsolationRow,
} from "./isolation-report.repository.ts";
import type {
  FleetIsolation,
  FleetIsolationArgs,
  IsolationReport,
  RunIsolationReportInput,
  RunIsolationReportPayload,
  TenantIsolation,
} from "./isolation-report.type.ts";
import { findNextRunAt, type ReportDeps, runReport } from "./run-report.ts";

const maxPageSize = 200;

/** What the API does with isolation reports. */
export class IsolationReportService {
  constructor(private readonly deps: ReportDeps) {}

  async find(context: RequestContext, uuid: string | undefined): Promise<IsolationReport | null> {
    if (uuid === undefined) return null;
    const row = await context.inViewerScope((transaction) => findReport(transaction, uuid));
    return row === undefined ? null : toReport(row);
  }

  async findOfTenant(context: RequestContext, tenantId: string | undefined): Promise<TenantIsolation | null> {
    if (tenantId === undefined) return null;
    const row = await context.inViewerScope((transaction) => findTenantIsolation(transaction, tenantId));
    return row === undefined ? null : this.present(context, row);
  }

  async run(context: RequestContext, input: RunIsolationReportInput): Promise<RunIsolationReportPayload> {
    const result = await runReport(this.deps, getViewer(context), input).catch(toReusedKeyFault);
    if ("fault" in result) return { report: null, userErrors: [result.fault] };
    return { report: await this.find(context, result.reportId), userErrors: [] };
  }

  async listFleet(context: RequestContext, { first, after }: FleetIsolationArgs): Promise<FleetIsolation> {
    if (first < 1 || first > maxPageSize) {
      throw new AppError("BAD_USER_INPUT", `\`first\` is a number from 1 to ${maxPageSize}.`);
    }
    const position = after ? decodePosition(after) : undefined;
    const [rows, counts] = await context.inViewerScope(async (transaction) => [
      await findFleet(transaction, { limit: first + 1, after: position }),
      await countFleet(transaction),
    ]);
    const page = rows.slice(0, first);
    const last = page.at(-1);
    return {
      ...presentCounts(counts),
      entries: page.map(toFleetEntry),
      endCursor: rows.length > first && last ? encodePosition(last) : null,
    };
  }

  /** A tenant's row as the viewer may see it. */
  present(context: RequestContext, row: TenantIsolationRow): TenantIsolation {
    return {
      tenantId: encodeGlobalId("Tenant", row.id),
      tenantName: row.name,
      tenantSlug: row.slug,
      last: row.last && toReport(row.last),
      underWay: row.under_way && toReport(row.under_way),
      nextRunAt: findNextRunAt(row, this.deps, getViewer(context)),
    };
  }
}

function toReusedKeyFault(error: unknown) {
  if (!(error instanceof IdempotencyKeyReusedError)) throw error;
  const message = "This key was used before with another input.";
  return { fault: { code: "IDEMPOTENCY_KEY_REUSED", field: "idempotencyKey", message } };
}

function presentCounts(counts: FleetCountRow[]): Pick<FleetIsolation, "counts" | "neverExamined"> {
  const of = (verdict: FleetCountRow["verdict"]) => counts.find((row) => row.verdict === verdict)?.count ?? 0;
  return {
    counts: {
      proven: of("PROVEN"),
      broken: of("BROKEN"),
      notEnforced: of("NOT_ENFORCED"),
      unknown: of("UNKNOWN"),
    },
    neverExamined: of(null),
  };
}

const encodePosition = ({ rank, slug }: FleetPosition): string =>
  Buffer.from(`${rank}:${slug}`).toString("base64url");

function decodePosition(cursor: string): FleetPosition {
  const [, rank, slug] =
    /^([0-4]):([a-z0-9-]+)$/.exec(Buffer.from(cursor, "base64url").toString("utf8")) ?? [];
  if (rank === undefined || slug === undefined) {
    throw new AppError("BAD_USER_INPUT", "`after` is no cursor of this list.");
  }
  return { rank: Number(rank), slug };
}
