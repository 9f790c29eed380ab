/** What a new pool may hold, and what it is made of. */
export interface PoolSize {
  maxTenants: number;
  /** Sum that the connection limits of its tenants' roles may reach. */
  connectionBudget: number;
  cpuMillicores: number;
  memoryBytes: number;
  storageBytes: number;
}
