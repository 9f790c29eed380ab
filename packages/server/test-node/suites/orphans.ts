import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import { serverAccount } from "../support/rights.ts";
import { onlyItsOwn, type Stage } from "../support/stage.ts";

const volumes = "/api/v1/persistentvolumes";

interface Volume {
  spec: { persistentVolumeReclaimPolicy: string };
}

const buildVolume = (name: string, namespace: string) => ({
  ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name } },
  spec: {
    ...{ capacity: { storage: "1Mi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none" },
    ...{ hostPath: { path: `/tmp/${name}` }, persistentVolumeReclaimPolicy: "Retain" },
    claimRef: { namespace, name: "odoo-data", uid: randomUUID() },
  },
});

/** What belongs to nobody any more. */
export function testOrphans(stage: Stage): void {
  test("a volume that was kept when its claim went is given back after its grace, and no other volume is touched", async () => {
    const { cluster, testbed } = stage.platform;
    const bodies = [buildVolume("forgotten", `tenant-${randomUUID()}`), buildVolume("others", "elsewhere")];
    for (const body of bodies) await cluster.call(volumes, { method: "POST", body });
    const policyOf = async (name: string) =>
      (await cluster.call<Volume>(`${volumes}/${name}`)).spec.persistentVolumeReclaimPolicy;
    // Its provisioner takes it away then; of this one, which has none, the object may stay.
    await eventually(
      async () => ((await policyOf("forgotten").catch(() => "Delete")) === "Delete" ? true : undefined),
      90_000,
    );
    expect(await policyOf("others")).toBe("Retain");
    const asServer = ["patch", "persistentvolume", "others", `--as=${serverAccount}`, "--type=merge"];
    const patch = '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}';
    await expect(testbed.kubectl(...asServer, "-p", patch)).rejects.toThrow(onlyItsOwn);
    for (const name of ["forgotten", "others"]) {
      await cluster.call(`${volumes}/${name}`, { method: "DELETE" }).catch(() => undefined);
    }
  });
}
