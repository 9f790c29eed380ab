import {
  type KubernetesObject,
  kinds,
  labelKeys,
  namespaceOf,
  type PersistentVolume,
} from "@odoo-saas/k8s-core";
import type { Database } from "../../core/ports.ts";
import type { DatabaseServer, OwnName } from "../../core/postgres-servers.ts";
import type { OrphanKindName } from "../../database/tables.ts";
import type { ReconcilerContext } from "../context.ts";

/** Where something of the cluster is, as opposed to the name of a database server. */
export const clusterPlace = "cluster";

/** Something that carries a name of ours; whether it belongs to anybody is judged later. */
export interface Leftover {
  kind: OrphanKindName;
  place: string;
  name: string;
  /** Null for what is a pool's. */
  tenantId: string | null;
  /** Recognisably made by the platform, not only named like it. */
  isOurs: boolean;
}

/** What was found, and the places that could be looked at: of the others nothing is known. */
export interface Search {
  leftovers: Leftover[];
  places: string[];
}

const tenantNamespace = /^tenant-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const poolNamespace = /^postgres-shared-\d+$/;

/** Everything in the cluster and on the database servers that carries a name of ours. */
export async function findLeftovers(reconciler: ReconcilerContext): Promise<Search> {
  const servers = await findServers(reconciler.database);
  const onServers = await Promise.all(servers.map((server) => findOnServer(reconciler, server)));
  const volumes = await findReleasedVolumes(reconciler);
  return {
    leftovers: [...findNamespaces(reconciler), ...volumes, ...onServers.flatMap((found) => found ?? [])],
    places: [clusterPlace, ...servers.filter((_, index) => onServers[index]).map(({ name }) => name)],
  };
}

const findServers = (database: Database): Promise<DatabaseServer[]> =>
  database.selectFrom("database_servers").select(["id", "name"]).execute();

async function findOnServer({ postgresServers, log }: ReconcilerContext, server: DatabaseServer) {
  try {
    const names = await postgresServers.findOwnNames(server);
    return names?.flatMap((found) => buildLeftovers(server.name, found));
  } catch (error) {
    log.info(
      { server: server.name, error: (error as Error).message },
      "a server could not be looked at for orphans",
    );
    return undefined;
  }
}

function buildLeftovers(
  place: string,
  { name, tenantId, isKnown, hasDatabase, hasRole }: OwnName,
): Leftover[] {
  const shared = { place, name, tenantId, isOurs: isKnown };
  return [
    ...(hasDatabase ? [{ kind: "DATABASE" as const, ...shared }] : []),
    ...(hasRole ? [{ kind: "ROLE" as const, ...shared }] : []),
  ];
}

// The caches hold what carries the platform's label; name and label must tell of the same owner.
function findNamespaces({ cluster }: ReconcilerContext): Leftover[] {
  return cluster.caches
    .of(kinds.Namespace)
    .list()
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .flatMap(describeNamespace);
}

function describeNamespace({ metadata: { name, labels = {} } }: KubernetesObject): Leftover[] {
  const shared = { kind: "NAMESPACE" as const, place: clusterPlace, name };
  const tenantId = tenantNamespace.exec(name)?.[1];
  if (tenantId !== undefined) {
    const isOurs = labels[labelKeys.tenant] === tenantId && name === namespaceOf({ id: tenantId });
    return [{ ...shared, tenantId, isOurs }];
  }
  const isPool = poolNamespace.test(name) && labels[labelKeys.pool] === name;
  return isPool ? [{ ...shared, tenantId: null, isOurs: true }] : [];
}

// Volumes carry no label of ours: the claim they were made for tells whose they are.
async function findReleasedVolumes({ cluster }: ReconcilerContext): Promise<Leftover[]> {
  const { items } = await cluster.client.list<PersistentVolume>(kinds.PersistentVolume);
  return items.flatMap(({ metadata, spec, status }) => {
    const claimedIn = spec?.claimRef?.namespace ?? "";
    const tenantId = tenantNamespace.exec(claimedIn)?.[1] ?? null;
    const isOurs = tenantId !== null || poolNamespace.test(claimedIn);
    // With Delete its provisioner takes it away by itself.
    const isKept = spec?.persistentVolumeReclaimPolicy !== "Delete" && !metadata.deletionTimestamp;
    if (!isOurs || !isKept || status?.phase !== "Released") return [];
    return [{ kind: "VOLUME" as const, place: clusterPlace, name: metadata.name, tenantId, isOurs }];
  });
}
