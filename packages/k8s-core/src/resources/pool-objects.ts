import type { DesiredObject } from "../client/shapes.ts";
import { buildLabels } from "../tenant/labels.ts";
import { postgresName } from "../tenant/names.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { buildNamespace } from "./namespace.ts";
import { buildPoolNetworkPolicies } from "./network-policies.ts";
import type { Place } from "./place.ts";
import type { PostgresSize } from "./postgres-container.ts";
import { buildPostgresServer, type PostgresServerObjects } from "./postgres-server.ts";

export interface PoolObjectsInput {
  /** Name of the pool and of its namespace. */
  name: string;
  image: string;
  size: PostgresSize;
  /** The superuser's, kept in the Secret under `password`. */
  password: string;
  settings: ClusterSettings;
}

/** Key of the superuser's password in a server's Secret. */
export const poolPasswordKey = "password";

/** Where the objects of a pool live. */
export const placeOfPool = (name: string): Place => ({
  namespace: name,
  owner: { pool: name },
  application: postgresName,
});

export interface PoolObjects extends PostgresServerObjects {
  isolation: DesiredObject[];
}

/** The namespace alone. */
export function buildPoolNamespace(name: string): DesiredObject {
  return buildNamespace({ name, labels: buildLabels({ ...placeOfPool(name), component: "namespace" }) });
}

/** Everything a PostgreSQL server has in its namespace, by the order in which it is written. */
export function buildPoolObjects(input: PoolObjectsInput): PoolObjects {
  const { name, image, size, password, settings } = input;
  const place = placeOfPool(name);
  return {
    isolation: buildPoolNetworkPolicies(place, settings),
    ...buildPostgresServer(place, {
      ...{ image, size, password, storageClass: settings.storageClass },
      priorityClass: settings.priorityClasses?.pool,
    }),
  };
}
