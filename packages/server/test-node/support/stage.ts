import type { PlatformClient } from "../../test/support/platform-client.ts";
import type { CreatedTenant } from "../../test/support/tenant-journeys.ts";
import type { InstalledPlatform } from "./installed-platform.ts";

/** What the suites share; filled before the first test. */
export interface Stage {
  platform: InstalledPlatform;
  client: PlatformClient;
  /** A platform administrator. */
  admin: PlatformClient;
  /** What the bus of each instance brings; scheduled early, because Odoo takes its minute. */
  heard: Promise<unknown[]>;
  /** Instances on one pool, by their names; there until the last suite deletes them. */
  tenants: Record<(typeof slugs)[number] | "clinic", CreatedTenant>;
}

/** Those on the pool; the last one has a plan with worker processes. */
export const slugs = ["acme", "bravo", "workers"] as const;

/** The shared pool of this small platform. */
export const pool = "postgres-shared-1";
export const firstWithinMs = 200_000; // makes the pool and the template first

/** How the admission policy refuses what is not the server's. */
export const onlyItsOwn = /may only change namespaces of tenants/;

/** Where an instance answers. */
export const siteOf = ({ platform }: Stage, slug: string) => ({
  port: platform.ingressPort,
  host: `${slug}.localhost`,
});
