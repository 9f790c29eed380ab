import type { Viewer } from "../../../core/authentication.ts";
import type { MutationResult, TenantMutationDeps } from "../create-tenant.ts";
import type { TenantRow } from "../tenant.repository.ts";
import { findPasswordFault } from "../tenant-rules.ts";
import type {
  ResetAdminPasswordInput,
  RestartTenantInput,
  RotateDatabaseCredentialsInput,
  StartTenantInput,
  StopTenantInput,
} from "./lifecycle.input.ts";
import type { TenantChange } from "./lifecycle.writes.ts";
import { requestOperation } from "./request-operation.ts";
import { undo } from "./undo.ts";

/** Asks for the instance to run. */
export const startTenant = (
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: StartTenantInput,
): Promise<MutationResult> =>
  requestOperation(deps, viewer, {
    kind: "START",
    mutation: "startTenant",
    input: { ...input },
    plan: async () => ({ change: { desired_run_state: "RUNNING" } }),
  });

/** Asks for the instance's processes to end; its data stays. */
export const stopTenant = (
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: StopTenantInput,
): Promise<MutationResult> =>
  requestOperation(deps, viewer, {
    kind: "STOP",
    mutation: "stopTenant",
    input: { ...input },
    plan: async (_transaction, tenant) => ({
      change: { desired_run_state: "STOPPED", ...takeBackRestart(tenant) },
    }),
  });

/** A restart that has not begun ends with the stop, and is not to happen after all. */
function takeBackRestart(tenant: TenantRow): TenantChange {
  const restart = tenant.operations_under_way.find(({ kind }) => kind === "RESTART");
  return restart && restart.irreversible_since === null ? undo(restart) : {};
}

/** Asks for new processes in place of those that run. */
export const restartTenant = (
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: RestartTenantInput,
): Promise<MutationResult> =>
  requestOperation(deps, viewer, {
    kind: "RESTART",
    mutation: "restartTenant",
    input: { ...input },
    plan: async (_transaction, tenant) => ({
      change: { restart_requested_at: new Date() },
      details: { previousRestartAt: tenant.restart_requested_at?.toISOString() ?? null },
    }),
  });

/** Asks for another administrator's password; from here on only its hash exists. */
export function resetAdminPassword(
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: ResetAdminPasswordInput,
): Promise<MutationResult> {
  const { newPassword, ...remembered } = input;
  let passwordHash = "";
  const fault = findPasswordFault({ adminPassword: newPassword, adminEmail: "", slug: "" });
  return requestOperation(deps, viewer, {
    kind: "RESET_PASSWORD",
    mutation: "resetAdminPassword",
    input: { ...remembered },
    faults: fault ? [{ ...fault, field: "newPassword" }] : [],
    async prepare() {
      passwordHash = await deps.application.hashPassword(newPassword);
    },
    async plan(_transaction, tenant) {
      const guessable = findPasswordFault({
        adminPassword: newPassword,
        adminEmail: tenant.admin_email,
        slug: tenant.slug,
      });
      if (guessable) return { ...guessable, field: "newPassword" };
      return { change: { pending_password_reset_hash: passwordHash } };
    },
  });
}

/** Asks for another password of the instance's database role, which nobody ever sees. */
export const rotateDatabaseCredentials = (
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: RotateDatabaseCredentialsInput,
): Promise<MutationResult> =>
  requestOperation(deps, viewer, {
    kind: "ROTATE_CREDENTIALS",
    mutation: "rotateDatabaseCredentials",
    input: { ...input },
    async plan(transaction, { id }) {
      const { credentials_version } = await transaction
        .selectFrom("tenants")
        .select("credentials_version")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return { change: { credentials_version: credentials_version + 1 } };
    },
  });
