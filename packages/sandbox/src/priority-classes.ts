/** Priority classes for a platform to name, as its chart would make them. */
export const priorityClasses = {
  pools: { name: "platform-pools", value: 1_000 },
  tenants: { name: "platform-tenants", value: 0 },
  spares: { name: "platform-spares", value: -10, preemptionPolicy: "Never" },
} as const;
