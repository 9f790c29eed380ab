import { afterEach, describe, expect, it } from "vitest";
import { configMap, openEmbedded, until } from "./kubernetes-api-fixture.ts";

type Embedded = Awaited<ReturnType<typeof openEmbedded>>;
const opened: Embedded[] = [];

async function open(options: Parameters<typeof openEmbedded>[0] = {}): Promise<Embedded> {
  const embedded = await openEmbedded(options);
  opened.push(embedded);
  return embedded;
}

afterEach(async () => {
  for (const embedded of opened.splice(0)) await embedded.dispose();
});

const maps = "/api/v1/namespaces/default/configmaps";

describe("the embedded server", () => {
  it("keeps objects, tokens and certificates over a restart, and counts versions on", async () => {
    const first = await openEmbedded();
    await first.client.post(maps, configMap("kept", { a: "1" }));
    await first.client.post(maps, configMap("dropped"));
    const deleted = await first.client.delete(`${maps}/dropped`);
    const before = Number(first.api.resourceVersion());
    const token = first.api.mintToken("somebody");
    await first.stop();
    const second = await open({ dir: first.dir });
    expect(deleted.code).toBe(200);
    expect(second.api.caPem).toBe(first.api.caPem);
    expect(second.api.mintToken("somebody")).toBe(token);
    expect((await second.client.get(`${maps}/kept`)).body.data).toEqual({ a: "1" });
    expect((await second.client.get(`${maps}/dropped`)).code).toBe(404);
    const { body } = await second.client.post(maps, configMap("after"));
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(before);
  });

  it("lets a bound volume grow where its storage class allows it, and never shrink", async () => {
    const { client } = await open();
    const claims = `/api/v1/namespaces/${await client.makeNamespace()}/persistentvolumeclaims`;
    const sized = (storage: string) => ({ spec: { resources: { requests: { storage } } } });
    for (const allowVolumeExpansion of [true, false]) {
      const name = `grows-${allowVolumeExpansion}`;
      await client.post("/apis/storage.k8s.io/v1/storageclasses", {
        metadata: { name },
        provisioner: "example.com/none",
        allowVolumeExpansion,
      });
      const spec = { ...sized("1Gi").spec, accessModes: ["ReadWriteOnce"], storageClassName: name };
      await client.post(claims, { metadata: { name }, spec });
      await client.patch(`${claims}/${name}/status`, { status: { phase: "Bound" } });
      const grown = await client.patch(`${claims}/${name}`, sized("2Gi"));
      expect(grown.code).toBe(allowVolumeExpansion ? 200 : 403);
      if (!allowVolumeExpansion) expect(grown.body.message).toContain("must support resize");
    }
    expect((await client.patch(`${claims}/grows-true`, sized("1Gi"))).code).toBe(422);
  });

  it("goes on with the deletion of a namespace after a restart", async () => {
    const first = await openEmbedded();
    const name = await first.client.makeNamespace();
    const path = `/api/v1/namespaces/${name}`;
    await first.client.post(
      `${path}/configmaps`,
      configMap("held", {}, { finalizers: ["example.com/hold"] }),
    );
    await first.client.delete(path);
    await first.stop();
    const second = await open({ dir: first.dir });
    await second.client.patch(`${path}/configmaps/held`, { metadata: { finalizers: null } });
    await until(async () => (await second.client.get(path)).code === 404);
  });

  it("says which user a token is of", async () => {
    const { api, client } = await open();
    const token = api.mintToken("system:node:a", ["system:nodes"]);
    const review = await client.post("/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token } });
    expect(review.body.status).toMatchObject({
      authenticated: true,
      user: { username: "system:node:a", groups: ["system:nodes", "system:authenticated"] },
    });
    const wrong = await client.post("/apis/authentication.k8s.io/v1/tokenreviews", {
      spec: { token: "wrong" },
    });
    expect(wrong.body.status).toEqual({ authenticated: false });
  });

  it("answers 410 for versions that were compacted, and for those beyond a short history", async () => {
    const { api, client } = await open({ historySize: 4 });
    const { body } = await client.post(maps, configMap("first"));
    const version = body.metadata.resourceVersion;
    const still = await client.watch(`${maps}?watch=1&resourceVersion=${version}`);
    for (const number of [1, 2, 3, 4, 5, 6, 7])
      await client.patch(`${maps}/first`, { data: { number: `${number}` } });
    expect((await still.next()).type).toBe("MODIFIED");
    still.close();
    const late = await client.watch(`${maps}?watch=1&resourceVersion=${version}`);
    expect((await late.next()).object).toMatchObject({ code: 410 });
    const now = api.resourceVersion();
    await client.post(maps, configMap("second"));
    api.compactHistory();
    const compacted = await client.watch(`${maps}?watch=1&resourceVersion=${now}`);
    expect((await compacted.next()).object).toMatchObject({ code: 410 });
  });

  it("sends bookmarks while nothing happens", async () => {
    const { api, client } = await open({ bookmarkIntervalMs: 20 });
    const watch = await client.watch(
      `${maps}?watch=1&allowWatchBookmarks=true&resourceVersion=${api.resourceVersion()}`,
    );
    await client.post("/api/v1/namespaces/default/secrets", { metadata: { name: "elsewhere" } });
    const version = api.resourceVersion();
    const bookmark = await watch.until(({ object }) => object.metadata.resourceVersion === version);
    expect(bookmark.type).toBe("BOOKMARK");
    watch.close();
  });

  it("holds thousands of objects and still answers quickly", async () => {
    const { client } = await open();
    const names = Array.from({ length: 2_000 }, (_, index) => `bulk-${String(index).padStart(5, "0")}`);
    for (let start = 0; start < names.length; start += 100) {
      await Promise.all(names.slice(start, start + 100).map((name) => client.post(maps, configMap(name))));
    }
    const watch = await client.watch(`/api/v1/configmaps?watch=1&resourceVersion=0`);
    await client.delete(`${maps}/bulk-01999`);
    expect((await watch.until(({ type }) => type === "DELETED")).object.metadata.name).toBe("bulk-01999");
    watch.close();
    expect((await client.get(`${maps}?limit=10`)).body.metadata.remainingItemCount).toBeGreaterThan(1_900);
  });
});
