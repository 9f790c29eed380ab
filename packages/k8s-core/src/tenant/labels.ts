/** Value of `part-of` and `managed-by`, field manager, and prefix of our own labels and annotations. */
export const platformName = "saas-kit";

export const labelKeys = {
  tenant: `${platformName}/tenant`,
  pool: `${platformName}/pool`,
  /** On a tenant's namespace: the namespace of its database server, which admits it by this label. */
  databaseServer: `${platformName}/database-server`,
  /** "true" on a warm spare's namespace. */
  spare: `${platformName}/spare`,
  /** On what probes the isolation: for whom it does, a tenant's id or `canary`. */
  probe: `${platformName}/probe`,
  /** On a pod of the canary: `open`, or `closed` by the policy that denies everything. */
  canary: `${platformName}/canary`,
} as const;

export const annotationKeys = {
  desiredHash: `${platformName}/desired-hash`,
  configHash: `${platformName}/config-hash`,
  /** As `kubectl rollout restart` writes it. */
  restartedAt: "kubectl.kubernetes.io/restartedAt",
} as const;

/** Selects every object of the platform. */
export const managedBySelector = `app.kubernetes.io/managed-by=${platformName}`;

/** Whom an object belongs to: a tenant by its id, or a pool by its name. */
export type Owner = { tenant: string } | { pool: string };

/** The two labels that find an owner's pods; part of selectors, so they never change. */
export function buildSelectorLabels(owner: Owner, application: string): Record<string, string> {
  return { "app.kubernetes.io/name": application, ...buildOwnerLabel(owner) };
}

export interface LabelInput {
  owner: Owner;
  /** The application's name. */
  application: string;
  component: string;
}

/** A pod or Job that probes the isolation is no part of anybody's workload. */
export const isProbe = ({ metadata }: { metadata: { labels?: Record<string, string> } }): boolean =>
  metadata.labels?.[labelKeys.probe] !== undefined;

/** All labels of an object. */
export function buildLabels({ owner, application, component }: LabelInput): Record<string, string> {
  return {
    ...buildSelectorLabels(owner, application),
    "app.kubernetes.io/instance": "tenant" in owner ? owner.tenant : owner.pool,
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/part-of": platformName,
    "app.kubernetes.io/managed-by": platformName,
  };
}

/** The one label that everything of an owner has. */
export function buildOwnerLabel(owner: Owner): Record<string, string> {
  return "tenant" in owner ? { [labelKeys.tenant]: owner.tenant } : { [labelKeys.pool]: owner.pool };
}
