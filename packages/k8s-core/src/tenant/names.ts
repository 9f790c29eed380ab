/** The namespace of a tenant. */
export const namespaceOf = (tenant: { id: string }): string => `tenant-${tenant.id}`;

/** Names of a tenant's objects, all within its namespace. */
export function namesOf(application: string) {
  return {
    /** Deployment, Service, Ingress, Secret and ConfigMap. */
    workload: application,
    data: `${application}-data`,
    tls: `${application}-tls`,
    /** The Service behind closed paths. */
    blocked: "blocked",
    /** ResourceQuota and LimitRange. */
    limits: "tenant",
  };
}

/** Name of every object of a shared PostgreSQL server, within the server's namespace. */
export const postgresName = "postgres";
export const postgresPort = 5432;
