import { randomBytes, randomUUID } from "node:crypto";
import {
  type Application,
  type Condition,
  type DatabaseAccess,
  done,
  type Outcome,
  type TenantPhaseContext,
  TerminalError,
  waitFor,
} from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type {
  DatabaseServer,
  ServerSession,
  TenantDatabaseState,
  TenantRole,
} from "../../core/postgres-servers.ts";
import type { ReconcilerContext } from "../context.ts";
import { ensureOwnTemplate } from "../dedicated/own-server-phases.ts";
import type { OwnServerRecord } from "../dedicated/own-server-record.ts";
import { templateNameOf } from "../templates.ts";
import type { Journal } from "./journal.ts";
import type { TenantRecord } from "./tenant-record.ts";

/** One run over a tenant: what it is, where its database is, and what may be written. */
export interface TenantRun extends TenantPhaseContext {
  reconciler: ReconcilerContext;
  lease: Lease;
  record: TenantRecord;
  journal: Journal;
  server: DatabaseServer;
  /** Its row, when the server is the tenant's own. */
  ownServerRecord: OwnServerRecord | undefined;
  role: TenantRole;
  access: DatabaseAccess;
  /** Set by the database phase. */
  databaseState?: TenantDatabaseState;
  /** Set by the phase of the tenant's own server. */
  conditions?: Condition[];
}

const recheckMs = 1_000;

/** A session on the tenant's server, fenced by the run's lease. */
export const inSession = (run: TenantRun, change: (session: ServerSession) => Promise<void>) =>
  run.reconciler.postgresServers.withSession(
    run.server,
    { subjectId: run.record.id, lease: run.lease },
    change,
  );

/** Role and database: cloned from the template, handed over, the password as the Secret has it. */
export async function ensureDatabase(run: TenantRun): Promise<Outcome> {
  const { reconciler, record, server, role } = run;
  const state = await reconciler.postgresServers.inspectTenant(server, role);
  run.databaseState = state;
  refuseToReplace(record, server, state);
  if (state.isRoleCurrent && state.isHandedOver) return done;
  const templateName = templateNameOf(reconciler.application, record);
  if (!state.isHandedOver && run.ownServerRecord) {
    const outcome = await ensureOwnTemplate(run);
    if (outcome.kind === "wait") return outcome;
  } else if (!state.isHandedOver) {
    const templates = await reconciler.postgresServers.findTemplates(server);
    if (templates.get(templateName) !== "READY") return waitForTemplate(reconciler.application, record);
  }
  await inSession(run, async (session) => {
    await session.ensureRole(role);
    await session.ensureDatabase({ ...role, templateName });
    await session.ensureGuards(role);
  });
  return done;
}

function waitForTemplate({ versions, bundles }: Application, { version, bundle }: TenantRecord): Outcome {
  if (versions.includes(version) && bundles.includes(bundle)) {
    return waitFor(`The template for version ${version}, ${bundle}, is being prepared.`, recheckMs);
  }
  throw new TerminalError(
    "BundleNotOffered",
    `Version ${version} with the bundle ${bundle} is not offered any more. Delete this instance and create another.`,
  );
}

// An empty clone in place of a lost database would look like a success.
function refuseToReplace(record: TenantRecord, server: DatabaseServer, state: TenantDatabaseState): void {
  const isNew = record.isSpare || record.pendingPasswordHash !== null;
  const wasFinished = state.isHandedOver || !isNew;
  if (!wasFinished || (state.isKnown && state.hasDatabase)) return;
  throw new TerminalError(
    "DatabaseMissing",
    `The instance's database is missing on ${server.name}. Restore it from a backup; nothing was put in its place.`,
  );
}

/** The administrator's login and what makes the database its own; once per database. */
export async function ensureIdentity(run: TenantRun): Promise<Outcome> {
  const { reconciler, record, role, tenant, journal } = run;
  if (record.pendingPasswordHash === null) return done;
  if (!run.databaseState?.isIdentityApplied) {
    const statements = reconciler.application.identityStatements({
      adminEmail: record.adminEmail,
      adminPasswordHash: record.pendingPasswordHash,
      baseUrl: tenant.baseUrl,
      databaseUuid: randomUUID(),
      databaseSecret: randomBytes(32).toString("hex"),
      createdAt: record.createdAt,
    });
    await inSession(run, (session) => session.applyIdentity({ ...role, statements }));
  }
  journal.alsoWrite((transaction) =>
    transaction
      .updateTable("tenants")
      .set({ pending_admin_password_hash: null })
      .where("id", "=", record.id)
      .execute(),
  );
  return done;
}
