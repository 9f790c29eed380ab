import type { DesiredObject } from "../client/shapes.ts";
import { namespaceOf, postgresName, postgresPort } from "../tenant/names.ts";
import { buildSecret } from "./files.ts";
import type { Place } from "./place.ts";
import { buildPostgresContainer, type PostgresSize } from "./postgres-container.ts";
import { buildService } from "./service.ts";
import { buildStatefulSet } from "./stateful-set.ts";

/** A PostgreSQL server of either kind: shared, in a namespace of its own, or dedicated, in its tenant's. */
export interface PostgresServerInput {
  image: string;
  size: PostgresSize;
  /** The superuser's, kept in the Secret under `password`. */
  password: string;
  /** PostgreSQL's own names and values, instead of what follows from the size. */
  databaseSettings?: Record<string, string>;
  storageClass?: string | undefined;
  priorityClass?: string | undefined;
}

export interface PostgresServerObjects {
  secret: DesiredObject;
  workload: DesiredObject[];
}

/** Where the objects of a tenant's own server live: beside its instance. */
export const placeOfDedicatedServer = (tenantId: string): Place => ({
  namespace: namespaceOf({ id: tenantId }),
  owner: { tenant: tenantId },
  application: postgresName,
});

/** The server itself: the Secret with its superuser's password, its Service and its StatefulSet. */
export function buildPostgresServer(place: Place, input: PostgresServerInput): PostgresServerObjects {
  const { size, storageClass, priorityClass } = input;
  const container = buildPostgresContainer(input);
  return {
    secret: buildSecret(place, postgresName, { files: container.secretFiles }),
    workload: [
      buildService(place, {
        name: postgresName,
        ports: [{ name: postgresName, port: postgresPort }],
        isHeadless: true,
      }),
      buildStatefulSet(place, { container, size, storageClass, priorityClass }),
    ],
  };
}
