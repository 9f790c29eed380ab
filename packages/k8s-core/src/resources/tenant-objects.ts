import type { InstanceDescription } from "../application.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { buildLabels, labelKeys } from "../tenant/labels.ts";
import { namesOf, namespaceOf } from "../tenant/names.ts";
import type { TenantSpec } from "../tenant/tenant.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { buildDeployment } from "./deployment.ts";
import { buildConfigMap, buildSecret } from "./files.ts";
import { buildIngress } from "./ingress.ts";
import { buildLimitRange } from "./limit-range.ts";
import { buildNamespace } from "./namespace.ts";
import { buildDedicatedServerPolicy, buildTenantNetworkPolicies } from "./network-policies.ts";
import { buildPersistentVolumeClaim } from "./persistent-volume-claim.ts";
import type { Place } from "./place.ts";
import {
  buildPostgresServer,
  type PostgresServerInput,
  type PostgresServerObjects,
  placeOfDedicatedServer,
} from "./postgres-server.ts";
import { buildResourceQuota } from "./resource-quota.ts";
import { blockedPort, buildBlockedService, buildService } from "./service.ts";

export interface TenantObjectsInput {
  tenant: TenantSpec;
  /** The application's name. */
  application: string;
  instance: InstanceDescription;
  /** Namespace of the tenant's database server. */
  databaseNamespace: string;
  /** The tenant's own database server; absent: its database is on a shared one. */
  ownServer?: PostgresServerInput;
  /** Kept in the tenant's Secret beside the instance's secret files. */
  secretValues: Record<string, string>;
  settings: ClusterSettings;
}

/** All objects of a tenant, by the phase that writes them. */
export interface TenantObjects {
  isolation: DesiredObject[];
  secret: DesiredObject;
  ownServer: PostgresServerObjects | undefined;
  workload: DesiredObject[];
  route: DesiredObject[];
}

/** What a tenant's namespace is made from: known before its Secret can be read. */
export type TenantNamespaceInput = Pick<TenantObjectsInput, "tenant" | "application" | "databaseNamespace">;

const placeOf = ({ tenant, application }: TenantNamespaceInput): Place => ({
  namespace: namespaceOf(tenant),
  owner: { tenant: tenant.id },
  application,
});

/** The namespace alone. */
export function buildTenantNamespace(input: TenantNamespaceInput): DesiredObject {
  const place = placeOf(input);
  const labels = buildLabels({ ...place, component: "namespace" });
  return buildNamespace({
    name: place.namespace,
    labels: {
      ...labels,
      [labelKeys.databaseServer]: input.databaseNamespace,
      ...(input.tenant.isSpare && { [labelKeys.spare]: "true" }),
    },
  });
}

export interface TenantIsolationInput extends TenantNamespaceInput {
  instance: Pick<InstanceDescription, "ports">;
  ownServer?: Pick<PostgresServerInput, "size">;
  settings: Pick<ClusterSettings, "ingressNamespace" | "systemNamespace">;
}

/** What keeps a tenant within its namespace and its plan. */
export function buildTenantIsolation(input: TenantIsolationInput): DesiredObject[] {
  const { tenant, instance, databaseNamespace, ownServer, settings } = input;
  const place = placeOf(input);
  return [
    ...buildTenantNetworkPolicies(place, {
      ingressNamespace: settings.ingressNamespace,
      // Let through to the closed port too: a refusal is quicker than a packet dropped.
      ports: [...instance.ports.map(({ port }) => port), blockedPort],
      databaseNamespace,
    }),
    ...(ownServer ? [buildDedicatedServerPolicy(placeOfDedicatedServer(tenant.id), settings)] : []),
    buildResourceQuota(place, tenant.budget, ownServer?.size),
    buildLimitRange(place, tenant.budget, ownServer?.size),
  ];
}

/** Everything a tenant has in its namespace. */
export function buildTenantObjects(input: TenantObjectsInput): TenantObjects {
  const { tenant, application, instance, ownServer, secretValues, settings } = input;
  const { budget, runState, restartedAt, hostname, isSpare = false } = tenant;
  const { priorityClasses } = settings;
  const names = namesOf(application);
  const place = placeOf(input);
  const serverPlace = placeOfDedicatedServer(tenant.id);
  return {
    isolation: buildTenantIsolation(input),
    ownServer:
      ownServer && buildPostgresServer(serverPlace, { ...ownServer, priorityClass: priorityClasses?.pool }),
    secret: buildSecret(place, names.workload, { files: instance.secretFiles, values: secretValues }),
    workload: [
      buildConfigMap(place, names.workload, instance.configFiles),
      buildPersistentVolumeClaim(place, {
        name: names.data,
        sizeBytes: budget.filesBytes,
        storageClass: settings.storageClass,
      }),
      buildService(place, { name: names.workload, ports: instance.ports }),
      buildDeployment(place, {
        ...{ instance, budget, runState, restartedAt },
        priorityClass: isSpare ? priorityClasses?.spare : priorityClasses?.tenant,
      }),
    ],
    route: isSpare
      ? []
      : [buildBlockedService(place), buildIngress(place, { hostname, routes: instance.routes, settings })],
  };
}
