/** What differs from cluster to cluster. */
export interface ClusterSettings {
  ingressClass: string;
  /** Where the ingress controller's pods run. */
  ingressNamespace: string;
  /** Where the control plane's pods run; they reach the pools. */
  systemNamespace: string;
  /** Rights that the platform binds to itself in each namespace it makes; absent: it has them everywhere. */
  ownRights?: { clusterRole: string; serviceAccount: string };
  /** Absent: the cluster's default class. */
  storageClass?: string;
  /** Absent: plain HTTP. With an issuer, cert-manager fills a Secret per tenant; else the wildcard's Secret serves. */
  tls?: { clusterIssuer: string } | { secretName: string };
  /** Names of PriorityClasses that exist; absent: the cluster's default. */
  priorityClasses?: PriorityClasses;
}

/** Who gives way to whom when nodes run short: spares to tenants, tenants to the servers they depend on. */
export interface PriorityClasses {
  pool?: string;
  tenant?: string;
  spare?: string;
}
