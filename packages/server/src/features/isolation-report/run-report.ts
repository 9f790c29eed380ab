import { randomUUID } from "node:crypto";
import type { Viewer } from "../../core/authentication.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { ChangeBus, Database, DatabaseTransaction, ReconcileQueue } from "../../core/ports.ts";
import {
  buildKeyedCall,
  findRemembered,
  type KeyedCall,
  rememberOrReplay,
} from "../../database/idempotency.ts";
import { withViewer } from "../../database/pool.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import { findTenantIsolation, insertReport, type TenantIsolationRow } from "./isolation-report.repository.ts";
import type { RunIsolationReportInput } from "./isolation-report.type.ts";

export interface ReportDeps {
  database: Database;
  queue: ReconcileQueue;
  changes: ChangeBus;
  idempotencySecret: string;
  /** How often customers may have it made; administrators as they like. */
  reportsPerHour: number;
  clock?: Clock;
}

interface Fault {
  code: string;
  field: string | null;
  message: string;
}

export type RunResult = { reportId: string } | { fault: Fault };

const hourMs = 3_600_000;
const maxKeyLength = 200;

/** Has the report made; one that is under way is returned instead. Throws NOT_FOUND and FORBIDDEN. */
export async function runReport(
  deps: ReportDeps,
  viewer: Viewer,
  input: RunIsolationReportInput,
): Promise<RunResult> {
  const tenantId = decodeIdOf("Tenant", input.tenantId);
  const { idempotencyKey: key = null } = input;
  if (key !== null && (key.length === 0 || key.length > maxKeyLength)) {
    return { fault: { code: "INVALID", field: "idempotencyKey", message: "A key has 1 to 200 characters." } };
  }
  if (tenantId === undefined) throw notFound();
  const call = buildKeyedCall(deps.idempotencySecret, {
    userId: viewer.userId,
    mutation: "runIsolationReport",
    input: { ...input },
  });
  const result = await withViewer(deps.database, viewer, (transaction) =>
    run(transaction, { deps, viewer, tenantId, call }),
  );
  deps.changes.publish(`report:${tenantId}`);
  return result;
}

const notFound = (): AppError => new AppError("NOT_FOUND", "There is no such instance.");

interface Request {
  deps: ReportDeps;
  viewer: Viewer;
  tenantId: string;
  call: KeyedCall | undefined;
}

async function run(transaction: DatabaseTransaction, request: Request): Promise<RunResult> {
  const { deps, viewer, tenantId, call } = request;
  const remembered = call && (await findRemembered(transaction, call));
  if (remembered) return { reportId: remembered.reportId! };
  const tenant = await findTenantIsolation(transaction, tenantId);
  if (tenant === undefined) throw notFound();
  await assertMayRun(transaction, viewer, tenant);
  if (tenant.under_way) return { reportId: tenant.under_way.id };
  const fault = findFault(tenant, deps, viewer);
  if (fault) return { fault };
  return insert(transaction, request, tenant);
}

async function insert(
  transaction: DatabaseTransaction,
  { deps, viewer, tenantId, call }: Request,
  tenant: TenantIsolationRow,
): Promise<RunResult> {
  const reportId = randomUUID();
  const earlier = call && (await rememberOrReplay(transaction, call, { reportId }));
  if (earlier) return { reportId: earlier.reportId! };
  const isCounted = viewer.platformRole !== "admin";
  const isNew = await insertReport(transaction, { id: reportId, tenantId, isCounted, userId: viewer.userId });
  if (!isNew) return { reportId: (await findTenantIsolation(transaction, tenantId))!.under_way!.id };
  await transaction
    .insertInto("audit_log")
    .values({
      user_id: viewer.userId,
      organization_id: tenant.organization_id,
      action: "isolation-report.run",
      target: `tenant:${tenantId}`,
      details: "{}",
    })
    .execute();
  await deps.queue.request(transaction, `report:${tenantId}`);
  return { reportId };
}

async function assertMayRun(
  transaction: DatabaseTransaction,
  viewer: Viewer,
  { organization_id }: TenantIsolationRow,
): Promise<void> {
  if (viewer.platformRole === "admin") return;
  const membership = await transaction
    .selectFrom("memberships")
    .select("role")
    .where("organization_id", "=", organization_id)
    .where("user_id", "=", viewer.userId)
    .executeTakeFirst();
  if (membership?.role === "owner" || membership?.role === "admin") return;
  throw new AppError("FORBIDDEN", "Your role in this organization may not run the isolation report.");
}

function findFault(tenant: TenantIsolationRow, deps: ReportDeps, viewer: Viewer): Fault | undefined {
  if (!tenant.is_ready) {
    const message = "The instance is not ready for it: wait until it is running.";
    return { code: "NOT_READY", field: "tenantId", message };
  }
  const nextRunAt = findNextRunAt(tenant, deps, viewer);
  if (nextRunAt === null) return undefined;
  const now = deps.clock?.now() ?? new Date();
  const minutes = Math.max(1, Math.ceil((nextRunAt.getTime() - now.getTime()) / 60_000));
  const message =
    `The report can be run ${deps.reportsPerHour} times an hour. ` +
    `Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"} (${nextRunAt.toISOString()}).`;
  return { code: "RATE_LIMITED", field: null, message };
}

/** When the viewer may run it again; null: now. */
export function findNextRunAt(
  { counted_at }: Pick<TenantIsolationRow, "counted_at">,
  { reportsPerHour }: Pick<ReportDeps, "reportsPerHour">,
  { platformRole }: Pick<Viewer, "platformRole">,
): Date | null {
  const decisive = counted_at.at(-reportsPerHour);
  if (platformRole === "admin" || decisive === undefined) return null;
  return new Date(Date.parse(decisive) + hourMs);
}
