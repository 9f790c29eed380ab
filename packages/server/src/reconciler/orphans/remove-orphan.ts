import { type KubernetesObject, kinds, namespaceOf } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { ReconcilerContext } from "../context.ts";
import type { RemovableOrphan } from "./orphan-rows.ts";

/** Later than any epoch of the tenant's key: nobody comes back to what is removed. */
const lastEpoch = 999_999_999_999_999;

interface Removal {
  reconciler: ReconcilerContext;
  lease: Lease;
  orphan: RemovableOrphan;
}

/** Removes one orphan; false when something else has to go first. */
export async function removeOrphan(removal: Removal): Promise<boolean> {
  const { kind } = removal.orphan;
  if (kind === "NAMESPACE") return removeNamespace(removal);
  if (kind === "VOLUME") return releaseVolume(removal);
  return dropFromServer(removal);
}

async function removeNamespace({ reconciler: { cluster }, lease, orphan }: Removal): Promise<boolean> {
  const live = cluster.caches.of(kinds.Namespace).find({ name: orphan.name });
  if (!live || live.metadata.deletionTimestamp) return false;
  return cluster.makeWriter(lease).remove(live);
}

// Deleting the object would lose track of what it stands for; with this policy its provisioner removes both.
async function releaseVolume({ reconciler: { cluster }, lease, orphan }: Removal): Promise<boolean> {
  const { client } = cluster;
  const live = await client.find<KubernetesObject>({ kind: kinds.PersistentVolume, name: orphan.name });
  if (!live) return false;
  const { uid = "", resourceVersion = "" } = live.metadata;
  lease.assertHeld();
  await client.apply({
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { name: orphan.name, uid, resourceVersion },
    spec: { persistentVolumeReclaimPolicy: "Delete" },
  });
  return true;
}

// Pods before their database, as in every deletion.
async function dropFromServer({ reconciler, lease, orphan }: Removal): Promise<boolean> {
  const { cluster, postgresServers, database } = reconciler;
  const { tenantId, name, place } = orphan;
  if (cluster.caches.of(kinds.Namespace).find({ name: namespaceOf({ id: tenantId }) })) return false;
  const server = await database
    .selectFrom("database_servers")
    .select(["id", "name"])
    .where("name", "=", place)
    .executeTakeFirst();
  if (server === undefined) return false;
  const fence = { subjectId: tenantId, lease: { ...lease, epoch: lastEpoch } };
  return postgresServers.withSession(server, fence, (session) =>
    session.dropTenant({ tenantId, databaseName: name, roleName: name }),
  );
}
