import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiClient, configMap, openApi, pod, until } from "./kubernetes-api-fixture.ts";

let client: ApiClient;
let dispose: () => Promise<void>;
let core: string;
let namespace: string;

beforeAll(async () => {
  ({ client, dispose } = await openApi());
  namespace = await client.makeNamespace();
  core = `/api/v1/namespaces/${namespace}`;
});

afterAll(async () => {
  await client.delete(`/api/v1/namespaces/${namespace}`);
  await dispose();
});

describe("listing", () => {
  it("selects by labels and fields", async () => {
    for (const tier of ["a", "b", "c"])
      await client.post(
        `${core}/configmaps`,
        configMap(`tier-${tier}`, {}, { labels: { tier, set: "listed" } }),
      );
    const names = async (query: string) =>
      (await client.get(`${core}/configmaps?${query}`)).body.items.map(
        (item: { metadata: { name: string } }) => item.metadata.name,
      );
    expect(await names("labelSelector=set=listed,tier+in+(a,c)")).toEqual(["tier-a", "tier-c"]);
    expect(await names("labelSelector=set=listed,tier!=b,tier+notin+(c)")).toEqual(["tier-a"]);
    expect(await names("labelSelector=set,!tier")).toEqual([]);
    expect(await names("fieldSelector=metadata.name=tier-b")).toEqual(["tier-b"]);
    expect((await client.get(`${core}/configmaps?fieldSelector=data.x=1`)).code).toBe(400);
  });

  it("pages through a list", async () => {
    for (const number of [1, 2, 3, 4, 5])
      await client.post(`${core}/configmaps`, configMap(`page-${number}`, {}, { labels: { set: "paged" } }));
    const first = await client.get(`${core}/configmaps?labelSelector=set=paged&limit=2`);
    expect(first.body).toMatchObject({ kind: "ConfigMapList", metadata: { continue: expect.any(String) } });
    const second = await client.get(
      `${core}/configmaps?labelSelector=set=paged&limit=3&continue=${first.body.metadata.continue}`,
    );
    const names = [...first.body.items, ...second.body.items].map((item) => item.metadata.name);
    expect(names).toEqual(["page-1", "page-2", "page-3", "page-4", "page-5"]);
    // A server that selects page by page may promise one more, which is empty then.
    const next = second.body.metadata.continue;
    const third = next
      ? await client.get(`${core}/configmaps?labelSelector=set=paged&limit=3&continue=${next}`)
      : undefined;
    expect(third?.body.items ?? []).toEqual([]);
    expect(third?.body.metadata.continue ?? "").toBe("");
  });
});

describe("deleting", () => {
  it("answers for an object that goes at once with its uid", async () => {
    const { body } = await client.post(`${core}/configmaps`, configMap("gone"));
    const answer = await client.delete(`${core}/configmaps/gone`);
    expect(answer.body).toMatchObject({
      kind: "Status",
      status: "Success",
      details: { name: "gone", kind: "configmaps", uid: body.metadata.uid },
    });
    expect((await client.delete(`${core}/configmaps/gone`)).code).toBe(404);
  });

  it("refuses preconditions that do not hold", async () => {
    const { body } = await client.post(`${core}/configmaps`, configMap("guarded"));
    expect(
      (await client.delete(`${core}/configmaps/guarded`, { preconditions: { uid: "other" } })).code,
    ).toBe(409);
    expect(
      (await client.delete(`${core}/configmaps/guarded`, { preconditions: { resourceVersion: "1" } })).code,
    ).toBe(409);
    const { uid, resourceVersion } = body.metadata;
    expect(
      (await client.delete(`${core}/configmaps/guarded`, { preconditions: { uid, resourceVersion } })).code,
    ).toBe(200);
  });

  it("waits for finalizers and takes no new ones meanwhile", async () => {
    await client.post(`${core}/configmaps`, configMap("held", {}, { finalizers: ["example.com/hold"] }));
    await client.delete(`${core}/configmaps/held`);
    const { body } = await client.get(`${core}/configmaps/held`);
    expect(body.metadata.deletionTimestamp).toBeTruthy();
    const more = await client.patch(`${core}/configmaps/held`, {
      metadata: { finalizers: ["example.com/hold", "example.com/more"] },
    });
    expect(more.code).toBe(422);
    await client.patch(`${core}/configmaps/held`, { metadata: { finalizers: null } });
    expect((await client.get(`${core}/configmaps/held`)).code).toBe(404);
  });

  it("gives a scheduled pod its grace period until its kubelet ends it", async () => {
    await client.post(
      `${core}/pods`,
      pod("graceful", { nodeName: "node-a", terminationGracePeriodSeconds: 300 }),
    );
    const { body } = await client.delete(`${core}/pods/graceful`);
    expect(body.metadata).toMatchObject({
      deletionGracePeriodSeconds: 300,
      deletionTimestamp: expect.any(String),
    });
    const shorter = await client.delete(`${core}/pods/graceful`, { gracePeriodSeconds: 60 });
    expect(shorter.body.metadata.deletionGracePeriodSeconds).toBe(60);
    await client.delete(`${core}/pods/graceful`, { gracePeriodSeconds: 0 });
    expect((await client.get(`${core}/pods/graceful`)).code).toBe(404);
  });

  it("removes an unscheduled pod at once", async () => {
    await client.post(`${core}/pods`, pod("idle"));
    await client.delete(`${core}/pods/idle`);
    expect((await client.get(`${core}/pods/idle`)).code).toBe(404);
  });

  it("deletes a selected collection", async () => {
    for (const name of ["bulk-1", "bulk-2"])
      await client.post(`${core}/configmaps`, configMap(name, {}, { labels: { set: "bulk" } }));
    await client.delete(`${core}/configmaps?labelSelector=set=bulk`);
    expect((await client.get(`${core}/configmaps?labelSelector=set=bulk`)).body.items).toEqual([]);
    expect((await client.get(`${core}/configmaps/kube-root-ca.crt`)).code).toBe(200);
  });
});

describe("owners", () => {
  const ownedBy = (owner: { uid: string; name: string }, extra: object = {}) => ({
    ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", ...owner, ...extra }],
  });

  async function makeFamily(name: string, extra: object = {}) {
    const owner = await client.post(`${core}/configmaps`, configMap(name));
    const { uid } = owner.body.metadata;
    await client.post(`${core}/configmaps`, configMap(`${name}-child`, {}, ownedBy({ uid, name }, extra)));
    return `${core}/configmaps/${name}`;
  }

  it("takes dependents along in the background", async () => {
    const path = await makeFamily("parent");
    await client.delete(path);
    await until(async () => (await client.get(`${path}-child`)).code === 404);
  });

  it("takes dependents first in the foreground", async () => {
    const path = await makeFamily("front-parent", { blockOwnerDeletion: true });
    await client.patch(`${path}-child`, { metadata: { finalizers: ["example.com/hold"] } });
    await client.delete(path, { propagationPolicy: "Foreground" });
    await until(async () => Boolean((await client.get(`${path}-child`)).body.metadata.deletionTimestamp));
    expect((await client.get(path)).body.metadata.finalizers).toEqual(["foregroundDeletion"]);
    await client.patch(`${path}-child`, { metadata: { finalizers: null } });
    await until(async () => (await client.get(path)).code === 404);
  });

  it("leaves orphans when asked to", async () => {
    const path = await makeFamily("left-parent");
    await client.delete(path, { propagationPolicy: "Orphan" });
    await until(async () => (await client.get(path)).code === 404);
    expect((await client.get(`${path}-child`)).body.metadata.ownerReferences).toBeUndefined();
  });

  it("removes an object whose owner never was", async () => {
    await client.post(
      `${core}/configmaps`,
      configMap("stray", {}, ownedBy({ uid: "00000000-0000-0000-0000-000000000000", name: "nobody" })),
    );
    await until(async () => (await client.get(`${core}/configmaps/stray`)).code === 404);
  });
});

describe("namespaces", () => {
  it("come with a ServiceAccount, the root certificate and a label of their name", async () => {
    const name = await client.makeNamespace();
    const { body } = await client.get(`/api/v1/namespaces/${name}`);
    expect(body).toMatchObject({ spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } });
    expect(body.metadata.labels["kubernetes.io/metadata.name"]).toBe(name);
    await until(
      async () => (await client.get(`/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`)).code === 200,
    );
    await client.delete(`/api/v1/namespaces/${name}`);
  });

  it("end when their content has ended, and take nothing new meanwhile", async () => {
    const name = await client.makeNamespace();
    const inside = `/api/v1/namespaces/${name}`;
    await client.post(`${inside}/configmaps`, configMap("held", {}, { finalizers: ["example.com/hold"] }));
    await client.post(`${inside}/configmaps`, configMap("free"));
    const deleted = await client.delete(inside);
    expect(deleted.body.status.phase).toBe("Terminating");
    const late = await client.post(`${inside}/configmaps`, configMap("late"));
    expect(late.code).toBe(403);
    expect(late.body.details.causes[0].reason).toBe("NamespaceTerminating");
    await until(async () => (await client.get(`${inside}/configmaps/free`)).code === 404);
    expect((await client.get(inside)).code).toBe(200);
    await client.patch(`${inside}/configmaps/held`, { metadata: { finalizers: null } });
    await until(async () => (await client.get(inside)).code === 404);
  });
});
