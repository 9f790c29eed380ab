import {
  type Condition,
  computeTenantState,
  done,
  evaluateInstance,
  evaluateVolume,
  findCondition,
  namespaceOf,
  type Outcome,
  type Pod,
  setCondition,
  type TerminalError,
  takeSnapshot,
  waitFor,
} from "@odoo-saas/k8s-core";
import type { OperationKindName, TenantStateName } from "../../database/tables.ts";
import type { TenantRun } from "./database-phases.ts";
import { withDriftCondition } from "./drift-condition.ts";
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
  const now = reconciler.clock.now();
  const previous = run.conditions ?? record.conditions;
  const evaluated = evaluateInstance({ tenant, application, snapshot, previous, now });
  const volume = evaluateVolume(run, previous);
  const conditions = withDriftCondition(run, volume ? setCondition(evaluated, volume, now) : evaluated);
  const wasReady = !isBeingChanged(record) && statesAfterReady.includes(record.state);
  const { state, message } = computeTenantState({ isDeleting: false, wasReady, conditions });
  // Not the pod of the tenant's own database server.
  const isInstance = ({ metadata }: Pod) => metadata.labels?.["app.kubernetes.io/name"] === application;
  const nodeName =
    snapshot.pods.filter(isInstance).find(({ spec }) => spec?.nodeName)?.spec?.nodeName ?? null;
  const status: TenantStatus = {
    // While its processes end it is what it was.
    state: isStopping(conditions) ? record.state : toStateName(state),
    stateMessage: message,
    conditions,
    nodeName,
    observedGeneration: tenant.generation,
  };
  journal.setStatus(status);
  if (state !== "Running" && state !== "Stopped") return waitFor(message, recheckMs);
  journal.succeed(record.isStopped ? "STOPPED" : "READY");
  return done;
}

const changingKinds: OperationKindName[] = [
  "CREATE",
  "START",
  "RESTART",
  "CHANGE_PLAN",
  "ROTATE_CREDENTIALS",
];

/** Processes that are replaced because somebody asked for it are no damage. */
export const isBeingChanged = ({ operations }: TenantRecord) =>
  operations.some(({ kind }) => changingKinds.includes(kind));

const isStopping = (conditions: Condition[]) => findCondition(conditions, "Ready")?.reason === "Stopping";

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
