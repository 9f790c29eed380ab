import {
  type DeletionContext,
  deleteNamespace,
  done,
  findDeletionObstacle,
  kinds,
  type Namespace,
  namespaceOf,
  type Outcome,
  runPhases,
  setCondition,
  stopWorkload,
} from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import { makePhaseJournal } from "./phase-journal.ts";
import type { TenantInput } from "./provision.ts";

type DeletionRun = TenantInput & DeletionContext;

function buildDeletionRun(input: TenantInput): DeletionRun {
  const { cluster } = input.reconciler;
  return {
    ...input,
    namespace: namespaceOf(input.record),
    client: cluster.client,
    caches: cluster.caches,
    writer: cluster.makeWriter(input.lease),
  };
}

/** Takes a tenant down: route and processes, database, namespace, and at last the row becomes a tombstone. */
export function deleteTenant(input: TenantInput): Promise<Outcome> {
  const phases = [
    { name: "STOP_WORKLOAD", run: closeRouteAndStop },
    { name: "DROP_DATABASE", run: dropDatabase },
    { name: "DELETE_NAMESPACE", run: removeNamespace },
    { name: "DONE", run: bury },
  ];
  return runPhases(phases, buildDeletionRun(input), makePhaseJournal(input.journal));
}

/** What a late worker left of a tenant that is gone already. */
export async function sweepTombstone(input: TenantInput): Promise<Outcome> {
  const run = buildDeletionRun(input);
  const leftover = run.caches.of(kinds.Namespace).find({ name: run.namespace });
  return leftover ? deleteNamespace(run) : done;
}

async function closeRouteAndStop(run: DeletionRun): Promise<Outcome> {
  for (const ingress of run.caches.of(kinds.Ingress).list(run.namespace)) {
    if (!ingress.metadata.deletionTimestamp) await run.writer.remove(ingress);
  }
  return stopWorkload(run);
}

async function dropDatabase({ reconciler, lease, record }: DeletionRun): Promise<Outcome> {
  const { placement } = record;
  // A server of its own goes with the namespace, its volume too.
  if (placement === null || placement.strategy === "DEDICATED") return done;
  const { serverId, serverName, databaseName, roleName } = placement;
  await reconciler.postgresServers.withSession(
    { id: serverId, name: serverName },
    { subjectId: record.id, lease },
    (session) => session.dropTenant({ tenantId: record.id, databaseName, roleName }),
  );
  return done;
}

/** A namespace that cannot go shows as a condition: only people can free it. */
async function removeNamespace(run: DeletionRun): Promise<Outcome> {
  const { record, journal, caches, namespace, reconciler } = run;
  const outcome = await deleteNamespace(run);
  const live = caches.of<Namespace>(kinds.Namespace).find({ name: namespace });
  const obstacle = live && findDeletionObstacle(live);
  if (obstacle === undefined) return outcome;
  const shared = { status: "False" as const, observedGeneration: record.generation };
  const inputs = [
    { ...shared, type: "WorkloadAvailable", reason: "Stopped", message: "" },
    { ...shared, type: "Ready", reason: "NamespaceStuck", message: obstacle },
  ];
  const conditions = inputs.reduce(
    (known, input) => setCondition(known, input, reconciler.clock.now()),
    record.conditions,
  );
  journal.setStatus({ ...record, state: "DELETING", stateMessage: obstacle, conditions });
  return outcome;
}

async function bury({ journal, record }: DeletionRun): Promise<Outcome> {
  journal.alsoWrite((transaction) => writeTombstone(transaction, record.id));
  journal.succeed("DONE");
  return done;
}

async function writeTombstone(transaction: DatabaseTransaction, tenantId: string): Promise<void> {
  await transaction.deleteFrom("placements").where("tenant_id", "=", tenantId).execute();
  await transaction
    .deleteFrom("database_servers")
    .where("kind", "=", "DEDICATED")
    .where("name", "=", namespaceOf({ id: tenantId }))
    .execute();
  await transaction
    .updateTable("tenants")
    .set({
      deleted_at: sql<Date>`now()`,
      pending_admin_password_hash: null,
      pending_password_reset_hash: null,
    })
    .where("id", "=", tenantId)
    .execute();
  await transaction
    .updateTable("operations")
    .set({ state: "CANCELLED", error: "The instance was deleted.", finished_at: sql<Date>`now()` })
    .where("tenant_id", "=", tenantId)
    .where("state", "in", ["PENDING", "RUNNING"])
    .where("kind", "<>", "DELETE")
    .execute();
}
