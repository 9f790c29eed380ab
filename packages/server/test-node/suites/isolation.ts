import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import { systemNamespace } from "../support/installed-platform.ts";
import { readOdooConf } from "../support/odoo-conf.ts";
import { connectAs } from "../support/reach-database.ts";
import { serverAccount } from "../support/rights.ts";
import { onlyItsOwn, pool, type Stage } from "../support/stage.ts";
import { buildStrays } from "../support/strays.ts";

/** What neighbours, and the server itself, cannot reach. */
export function testIsolation(stage: Stage): void {
  test("a tenant's role reaches its own database and no other", async () => {
    const { cluster } = stage.platform;
    const conf = await readOdooConf(cluster, stage.tenants.acme);
    const other = await readOdooConf(cluster, stage.tenants.bravo);
    expect(await connectAs(cluster, pool, conf)).toBe("connected");
    for (const database of [other.db_name!, "postgres", "template1"]) {
      expect(await connectAs(cluster, pool, { ...conf, db_name: database! })).toContain("permission denied");
    }
  });

  test("the server has rights in namespaces of its own kind only, and cannot get more", async () => {
    const asServer = (...args: string[]) => stage.platform.testbed.kubectl(...args, `--as=${serverAccount}`);
    const tryCreate = (...args: string[]) => asServer("create", ...args, "--dry-run=server");
    const own = stage.tenants.acme.namespace;
    const bind = [
      "rolebinding",
      "probe",
      `--clusterrole=${systemNamespace}-saas-server-owned`,
      "--user=probe",
    ];
    await expect(tryCreate("configmap", "probe", "-n", own)).resolves.toContain("created");
    await expect(asServer("get", "secret", "odoo", "-n", own)).resolves.toContain("odoo");
    await expect(tryCreate("namespace", `tenant-${randomUUID()}`)).resolves.toContain("created");
    await expect(tryCreate("namespace", "elsewhere")).rejects.toThrow(onlyItsOwn);
    for (const namespace of ["default", "kube-system", systemNamespace]) {
      await expect(tryCreate("configmap", "probe", "-n", namespace)).rejects.toThrow(/forbidden/);
      await expect(asServer("get", "secret", "any", "-n", namespace)).rejects.toThrow(/forbidden/);
      await expect(tryCreate(...bind, "-n", namespace)).rejects.toThrow(onlyItsOwn);
    }
    const admin = ["rolebinding", "probe", "--clusterrole=cluster-admin", "--user=probe"];
    await expect(tryCreate(...admin, "-n", own)).rejects.toThrow(/attempting to grant/);
    await expect(asServer("get", "secrets", "-n", own)).rejects.toThrow(/cannot list/);
    await expect(asServer("create", "token", "default", "-n", own)).rejects.toThrow(/forbidden/);
  });

  test("an object that its tenant does not want is removed, whatever its kind", async () => {
    const { cluster } = stage.platform;
    const { uuid, namespace } = stage.tenants.acme;
    const labels = { "app.kubernetes.io/managed-by": "saas-kit", "saas-kit/tenant": uuid };
    const strays = buildStrays({ name: "stray", namespace, labels });
    for (const { path, object } of strays) await cluster.call(path, { method: "POST", body: object });
    for (const { path } of strays) {
      await eventually(async () => {
        const items = await cluster.list(path);
        return items.some(({ metadata }) => metadata.name === "stray") ? undefined : true;
      }, 20_000);
    }
  });
}
