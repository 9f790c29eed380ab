import type { Application } from "@odoo-saas/k8s-core";
import { makeOdoo } from "@odoo-saas/odoo";
import type { PoolSettings } from "../../src/reconciler/settings.ts";

/** Odoo, but for an identity that needs one small table only. */
export const testApplication: Application = {
  ...makeOdoo({ image: (version) => `odoo:${version}` }),
  identityStatements: ({ adminEmail, adminPasswordHash }) => [
    {
      text: "insert into identities (login, password) values ($1, $2)",
      values: [adminEmail, adminPasswordHash],
    },
  ],
  adminPasswordStatements: (passwordHash) => [
    { text: "update identities set password = $1", values: [passwordHash], mustChange: true },
  ],
};

/** Measured and dropped only when a test wants it. */
export const poolSettings: PoolSettings = {
  image: "postgres:18",
  cpuMillicores: 1_000,
  memoryBytes: 2 ** 30,
  storageBytes: 2 ** 33,
  maxTenants: 50,
  minFreePlaces: 5,
  connectionBudget: 800,
  failedAfterMs: 60_000,
  measureEveryMs: 300_000,
  templateGraceMs: 60_000,
};
