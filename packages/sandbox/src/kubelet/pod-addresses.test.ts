import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Pod } from "../client/index.ts";
import { makePodAddresses } from "./pod-addresses.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "addresses-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const makePod = (name: string, ownerKind: string): Pod => ({
  metadata: {
    name,
    namespace: "shop",
    ownerReferences: [{ apiVersion: "apps/v1", kind: ownerKind, name: "o", uid: "1" }],
  },
  spec: { containers: [{ name: "a", ports: [{ containerPort: 45_432 }] }] },
});
const open = (addressing: "loopback" | "mapped" = "loopback") =>
  makePodAddresses({ addressing, prefix: "127.77", file: join(dir, "addresses.json") });

test.runIf(process.platform === "linux")(
  "a StatefulSet's pod keeps its address over deletion and restart",
  async () => {
    const addresses = open();
    const [stateful, other] = [makePod("db-0", "StatefulSet"), makePod("web-x", "ReplicaSet")];
    const { ip } = await addresses.allocate(stateful);
    expect(ip).toMatch(/^127\.77\.\d+\.\d+$/);
    const given = await addresses.allocate(other);
    expect(given.ip).not.toBe(ip);
    expect(await open().allocate(other)).toEqual(given);
    await addresses.release(stateful);
    await addresses.release(other);
    expect((await open().allocate(stateful)).ip).toBe(ip);
  },
);

test.runIf(process.platform === "linux")(
  "an address on which somebody else listens is left alone",
  async () => {
    const pod = makePod("db-0", "StatefulSet");
    const { ip } = await open().allocate(pod);
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(45_432, ip, resolve));
    expect((await open().allocate(pod)).ip).not.toBe(ip);
    stranger.close();
  },
);

test("without addresses of their own, pods get free ports and keep them", async () => {
  const pod = makePod("db-0", "StatefulSet");
  const address = await open("mapped").allocate(pod);
  expect(address.ip).toBe("127.0.0.1");
  expect(address.ports[45_432]).toBeGreaterThan(0);
  expect(await open("mapped").allocate(pod)).toEqual(address);
});
