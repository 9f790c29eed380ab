import type { DesiredObject } from "../client/shapes.ts";
import { buildLabels } from "../tenant/labels.ts";
import { postgresName, postgresPort } from "../tenant/names.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { buildSecret } from "./files.ts";
import { buildNamespace } from "./namespace.ts";
import { buildPoolNetworkPolicies } from "./network-policies.ts";
import type { Place } from "./place.ts";
import { buildPostgresContainer, type PostgresSize } from "./postgres-container.ts";
import { buildService } from "./service.ts";
import { buildStatefulSet } from "./stateful-set.ts";

export interface PoolObjectsInput {
  /** Name of the pool and of its namespace. */
  name: string;
  image: string;
  size: PostgresSize;
  /** The superuser's, kept in the Secret under `password`. */
  password: string;
  settings: ClusterSettings;
}

/** Key of the superuser's password in a pool's Secret. */
export const poolPasswordKey = "password";

/** Where the objects of a pool live. */
export const placeOfPool = (name: string): Place => ({
  namespace: name,
  owner: { pool: name },
  application: postgresName,
});

export interface PoolObjects {
  isolation: DesiredObject[];
  secret: DesiredObject;
  workload: DesiredObject[];
}

/** The namespace alone. */
export function buildPoolNamespace(name: string): DesiredObject {
  return buildNamespace({ name, labels: buildLabels({ ...placeOfPool(name), component: "namespace" }) });
}

/** Everything a PostgreSQL server has in its namespace, by the order in which it is written. */
export function buildPoolObjects(input: PoolObjectsInput): PoolObjects {
  const { name, image, size, password, settings } = input;
  const place = placeOfPool(name);
  const container = buildPostgresContainer({ image, size, password });
  return {
    isolation: buildPoolNetworkPolicies(place, settings),
    secret: buildSecret(place, postgresName, { files: container.secretFiles }),
    workload: [
      buildService(place, {
        name: postgresName,
        ports: [{ name: postgresName, port: postgresPort }],
        isHeadless: true,
      }),
      buildStatefulSet(place, { container, size, storageClass: settings.storageClass }),
    ],
  };
}
