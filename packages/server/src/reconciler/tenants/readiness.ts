import {
  type Condition,
  computeTenantState,
  done,
  evaluateInstance,
  namespaceOf,
  type Outcome,
  setCondition,
  type TerminalError,
  takeSnapshot,
  waitFor,
} from "@odoo-saas/k8s-core";
import type { TenantStateName } from "../../database/tables.ts";
import type { TenantRun } from "./database-phases.ts";
import type { TenantStatus } from "./journal-rows.ts";
import type { TenantInput } from "./provision.ts";
import type { TenantRecord } from "./tenant-record.ts";

const recheckMs = 2_000;
const statesAfterReady: TenantStateName[] = ["RUNNING", "STOPPED", "DEGRADED"];

const toStateName = (state: string) => state.toUpperCase() as TenantStateName;

/** Writes what the cluster shows of the instance; done when it is as somebody asked. */
export async function ensureReady(run: TenantRun): Promise<Outcome> {
  const { tenant, record, journal, caches, application, reconciler } = run;
  const snapshot = takeSnapshot(caches, namespaceOf(tenant));
  const conditions = evaluateInstance({
    tenant,
    application,
    snapshot,
    previous: record.conditions,
    now: reconciler.clock.now(),
  });
  const wasReady = record.operation?.kind !== "CREATE" && statesAfterReady.includes(record.state);
  const { state, message } = computeTenantState({ isDeleting: false, wasReady, conditions });
  const nodeName = snapshot.pods.find(({ spec }) => spec?.nodeName !== undefined)?.spec?.nodeName ?? null;
  const status: TenantStatus = {
    state: toStateName(state),
    stateMessage: message,
    conditions,
    nodeName,
    observedGeneration: tenant.generation,
  };
  journal.setStatus(status);
  if (state !== "Running" && state !== "Stopped") return waitFor(message, recheckMs);
  journal.succeed("READY");
  return done;
}

/** What the row tells when a run begins: that something is being done. */
export function buildProgressStatus(record: TenantRecord): TenantStatus {
  if (record.isDeleting) return { ...statusOf(record), state: "DELETING", stateMessage: "" };
  return record.state === "PENDING" ? { ...statusOf(record), state: "PROVISIONING" } : statusOf(record);
}

/** The end of a run that trying again cannot help. */
export function buildFailure({ record, reconciler }: TenantInput, error: TerminalError): TenantStatus {
  const conditions: Condition[] = setCondition(
    record.conditions,
    {
      type: "Ready",
      status: "False",
      reason: error.reason,
      message: error.message,
      observedGeneration: record.generation,
    },
    reconciler.clock.now(),
  );
  const { state, message } = computeTenantState({
    isDeleting: record.isDeleting,
    failure: error,
    wasReady: false,
    conditions,
  });
  return { ...statusOf(record), state: toStateName(state), stateMessage: message, conditions };
}

const statusOf = ({
  state,
  stateMessage,
  conditions,
  nodeName,
  observedGeneration,
}: TenantRecord): TenantStatus => ({
  state,
  stateMessage,
  conditions,
  nodeName,
  observedGeneration,
});
