import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, configMap, type OpenApi, openApi } from "./kubernetes-api-fixture.ts";

// The history of version 1 must be gone: test:cluster starts the API server once more and compacts etcd for it.
let api: OpenApi;
let namespace: string;
let maps: string;

beforeAll(async () => {
  api = await openApi();
  namespace = await api.client.makeNamespace();
  maps = `/api/v1/namespaces/${namespace}/configmaps`;
});

afterAll(async () => {
  await api.client.delete(`/api/v1/namespaces/${namespace}`);
  await api.dispose();
});

const versionOf = ({ body }: Answer): number => Number(body.metadata.resourceVersion);
const namesIn = ({ body }: Answer): string[] =>
  body.items.map((item: { metadata: { name: string } }) => item.metadata.name);

describe("resource versions", () => {
  it("of a list are not older than those of what is in it", async () => {
    const made = await api.client.post(maps, configMap("counted"));
    const list = await api.client.get(maps);
    expect(versionOf(list)).toBeGreaterThanOrEqual(versionOf(made));
    const changed = await api.client.patch(`${maps}/counted`, { data: { a: "1" } });
    expect(versionOf(changed)).toBeGreaterThan(versionOf(list));
  });

  it("of the past are good enough for reading, those of the future are not", async () => {
    const made = await api.client.post(maps, configMap("read"));
    const exact = `limit=500&resourceVersion=${versionOf(made)}&resourceVersionMatch=NotOlderThan`;
    expect(namesIn(await api.client.get(`${maps}?${exact}`))).toContain("read");
    expect(namesIn(await api.client.get(`${maps}?resourceVersion=0`))).toContain("counted");
    const future = await api.client.get(`${maps}?resourceVersion=${versionOf(made) + 1_000_000}`);
    expect(future.code).toBe(504);
    expect(future.body).toMatchObject({ reason: "Timeout" });
    expect(future.body.message).toContain("Too large resource version");
    const nonsense = await api.client.get(`${maps}?resourceVersion=soon`);
    expect(nonsense.code).toBe(400);
  });

  it("are optional in an update, and an object that is gone is not brought back by one", async () => {
    const { body } = await api.client.post(maps, configMap("put", { a: "1" }));
    const put = await api.client.put(`${maps}/put`, configMap("put", { a: "2" }));
    expect([put.code, put.body.data]).toEqual([200, { a: "2" }]);
    expect(put.body.metadata.uid).toBe(body.metadata.uid);
    await api.client.delete(`${maps}/put`);
    expect((await api.client.put(`${maps}/put`, put.body)).code).toBe(404);
    expect((await api.client.put(`${maps}/put`, configMap("put"))).code).toBe(404);
    expect((await api.client.patch(`${maps}/put`, { data: { a: "3" } })).code).toBe(404);
  });

  it("let a client that was away learn of deletions, by the watch or by the list", async () => {
    for (const name of ["stays", "leaves"]) await api.client.post(maps, configMap(name));
    const list = await api.client.get(maps);
    const before = await api.client.watch(`${maps}?watch=1&resourceVersion=${versionOf(list)}`);
    before.close();
    await api.client.delete(`${maps}/leaves`);
    const again = await api.client.watch(`${maps}?watch=1&resourceVersion=${versionOf(list)}`);
    const event = await again.next();
    again.close();
    expect([event.type, event.object.metadata.name]).toEqual(["DELETED", "leaves"]);
    expect(Number(event.object.metadata.resourceVersion)).toBeGreaterThan(versionOf(list));
    const relisted = namesIn(await api.client.get(maps));
    expect(relisted).toContain("stays");
    expect(relisted).not.toContain("leaves");
  });

  it("of a page hold for the next one, also when the last object of the page is gone", async () => {
    for (const number of [1, 2, 3, 4]) await api.client.post(maps, configMap(`turn-${number}`));
    const first = await api.client.get(`${maps}?fieldSelector=metadata.namespace=${namespace}&limit=3`);
    await api.client.delete(`${maps}/${namesIn(first).at(-1)}`);
    const rest = await api.client.get(`${maps}?continue=${first.body.metadata.continue}`);
    const names = [...namesIn(first), ...namesIn(rest)];
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("turn-4");
  });
});

describe("versions that are forgotten", () => {
  it("are answered by 410 in the stream of a watch", async () => {
    const watch = await api.client.watch(`${maps}?watch=1&resourceVersion=1`);
    const event = await watch.next();
    watch.close();
    expect(event.type).toBe("ERROR");
    expect(event.object).toMatchObject({ kind: "Status", code: 410, reason: "Expired" });
  });

  it("are answered by 410 as the status of a list of just that version", async () => {
    const { code, body } = await api.client.get(`${maps}?resourceVersion=1&resourceVersionMatch=Exact`);
    expect(code).toBe(410);
    expect(body).toMatchObject({ kind: "Status", reason: "Expired", code: 410 });
  });
});
