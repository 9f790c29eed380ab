import {
  type Condition,
  findCondition,
  findForeignFields,
  kinds,
  namespaceOf,
  setCondition,
} from "@odoo-saas/k8s-core";
import type { TenantFault } from "../../core/postgres-servers.ts";
import type { TenantRun } from "./database-phases.ts";

const conditionType = "Unaltered";
const checkedKinds = [
  kinds.Deployment,
  kinds.Service,
  kinds.Ingress,
  kinds.ConfigMap,
  kinds.NetworkPolicy,
  kinds.ResourceQuota,
  kinds.LimitRange,
];
const mostPaths = 5;

const databaseWords: Partial<Record<TenantFault, string>> = {
  DATABASE_CLOSED:
    "Its database was closed to connections by hand: open it again when whoever closed it is done.",
  OWNERSHIP_LOST:
    "What is in its database belongs to its role no more: give it back, or restore the database from a backup.",
};

/** Adds the condition `Unaltered` when something was changed by hand that is not put right by itself, or was. */
export function withDriftCondition(run: TenantRun, conditions: Condition[]): Condition[] {
  const [first] = [...findDatabaseTrouble(run), ...findForeignTrouble(run)];
  if (first === undefined && !findCondition(conditions, conditionType)) return conditions;
  const { reason, message } = first ?? { reason: "AsMade", message: "" };
  const status = first === undefined ? "True" : "False";
  const shared = { type: conditionType, observedGeneration: run.tenant.generation } as const;
  return setCondition(conditions, { ...shared, status, reason, message }, run.reconciler.clock.now());
}

const findDatabaseTrouble = ({ databaseState }: TenantRun) =>
  (databaseState?.faults ?? []).flatMap((fault) => {
    const message = databaseWords[fault];
    return message === undefined ? [] : [{ reason: reasonOf(fault), message }];
  });

const reasonOf = (fault: TenantFault) => (fault === "DATABASE_CLOSED" ? "DatabaseClosed" : "OwnershipLost");

// What the platform set is put back; what somebody added beside it stays until that somebody takes it away.
function findForeignTrouble({ tenant, caches }: TenantRun) {
  const told = checkedKinds.flatMap((kind) =>
    caches
      .of(kind)
      .list(namespaceOf(tenant))
      .flatMap((object) =>
        findForeignFields(object).flatMap(({ manager, paths }) =>
          paths.map((path) => `${manager} set ${path} of ${object.kind} ${object.metadata.name}`),
        ),
      ),
  );
  if (told.length === 0) return [];
  const rest = told.length > mostPaths ? `, and ${told.length - mostPaths} more` : "";
  const message = `${told.slice(0, mostPaths).join("; ")}${rest}. The platform did not ask for this: take it away, or delete the object and it is made anew.`;
  return [{ reason: "ForeignFields", message }];
}
