/** What a plan gives one instance: requests, limits and sizes. */
export interface ResourceBudget {
  cpuRequestMillicores: number;
  cpuLimitMillicores: number;
  memoryRequestBytes: number;
  memoryLimitBytes: number;
  filesBytes: number;
  databaseBytes: number;
  /** Worker processes of the application; 0 is one threaded process. */
  workers: number;
  /** The database role's CONNECTION LIMIT. */
  connectionLimit: number;
}

export type RunState = "Running" | "Stopped";

/** Desired state of one tenant: one instance of an application with a namespace, a URL and a database. */
export interface TenantSpec {
  /** UUID; its namespace is `tenant-<id>`. */
  id: string;
  /** Subdomain, a DNS label. */
  slug: string;
  /** `<slug>.<base domain>` */
  hostname: string;
  /** As a browser opens it: scheme, hostname and, where not the default, port. */
  baseUrl: string;
  /** Grows with each change that somebody asked for. */
  generation: number;
  runState: RunState;
  /** ISO 8601: another time than the pods were made with replaces them. */
  restartedAt?: string;
  planCode: string;
  budget: ResourceBudget;
  version: string;
  bundle: string;
  /** Ready, but nobody's yet: no route leads to it, and it gives way to others. */
  isSpare?: boolean;
}

export type ConditionStatus = "True" | "False" | "Unknown";

/** Kubernetes' standard condition (metav1.Condition). */
export interface Condition {
  type: string;
  status: ConditionStatus;
  /** CamelCase, for programs. */
  reason: string;
  /** For people: what is wrong and what to do. */
  message: string;
  /** ISO 8601; changes only when `status` does. */
  lastTransitionTime: string;
  observedGeneration: number;
}

export type TenantState =
  | "Pending"
  | "Provisioning"
  | "Running"
  | "Stopped"
  | "Degraded"
  | "Deleting"
  | "Failed";
