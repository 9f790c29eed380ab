import { expect, test } from "vitest";
import { listPoolContents } from "../../test/support/pool-contents.ts";
import { eventually } from "../../test/support/server-process.ts";
import { deleteTenant, untilGone } from "../../test/support/tenant-journeys.ts";
import { pool, type Stage } from "../support/stage.ts";

/** The end of both instances. */
export function testDeletion(stage: Stage): void {
  test("a deleted instance leaves no namespace, volume, database or role", async () => {
    const { client, platform } = stage;
    for (const [slug, tenant] of Object.entries(stage.tenants)) {
      const { deleteTenant: answer } = await deleteTenant(client, tenant, slug);
      expect(answer.userErrors).toEqual([]);
    }
    for (const tenant of Object.values(stage.tenants)) {
      await untilGone(client, tenant, 120_000);
      await expect(platform.cluster.call(`/api/v1/namespaces/${tenant.namespace}`)).rejects.toThrow(/404/);
      expect(await listPoolContents(platform.cluster, pool, tenant.uuid)).toEqual({ databases: 0, roles: 0 });
      await eventually(async () => {
        const volumes = await platform.cluster.list("/api/v1/persistentvolumes");
        return JSON.stringify(volumes).includes(tenant.namespace) ? undefined : true;
      }, 30_000);
    }
  });
}
