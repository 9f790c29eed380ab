import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiClient, configMap, openApi, pod, until, type WatchEvent } from "./kubernetes-api-fixture.ts";

let client: ApiClient;
let dispose: () => Promise<void>;
let namespace: string;
let core: string;

beforeAll(async () => {
  ({ client, dispose } = await openApi());
  namespace = await client.makeNamespace();
  core = `/api/v1/namespaces/${namespace}`;
  await until(async () => (await client.get(`${core}/configmaps/kube-root-ca.crt`)).code === 200);
});

afterAll(async () => {
  await client.delete(`/api/v1/namespaces/${namespace}`);
  await dispose();
});

const short = ({ type, object }: WatchEvent) => `${type} ${object.metadata.name}`;
const versionOf = async (path: string): Promise<string> =>
  (await client.get(path)).body.metadata.resourceVersion;

describe("watching", () => {
  it("tells of every change after a version, in order", async () => {
    const version = await versionOf(`${core}/secrets`);
    await client.post(`${core}/secrets`, { metadata: { name: "one" } });
    const watch = await client.watch(`${core}/secrets?watch=true&resourceVersion=${version}`);
    await client.patch(`${core}/secrets/one`, { metadata: { labels: { a: "b" } } });
    await client.delete(`${core}/secrets/one`);
    const events = [await watch.next(), await watch.next(), await watch.next()];
    watch.close();
    expect(events.map(short)).toEqual(["ADDED one", "MODIFIED one", "DELETED one"]);
    const versions = events.map((event) => Number(event.object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
  });

  it.each(["", "&resourceVersion=0"])(
    "begins with what is there when the version is absent or 0 (%j)",
    async (version) => {
      await client.post(`${core}/configmaps`, configMap("early"));
      const watch = await client.watch(`${core}/configmaps?watch=1${version}`);
      const early = await watch.until((event) => event.object.metadata.name === "early");
      expect(early.type).toBe("ADDED");
      watch.close();
      await client.delete(`${core}/configmaps/early`);
    },
  );

  it("shows what enters a selector as added and what leaves it as deleted", async () => {
    const version = await versionOf(`${core}/configmaps`);
    const watch = await client.watch(
      `${core}/configmaps?watch=1&labelSelector=show=yes&resourceVersion=${version}`,
    );
    await client.post(`${core}/configmaps`, configMap("moving", {}, { labels: { show: "no" } }));
    await client.patch(`${core}/configmaps/moving`, { metadata: { labels: { show: "yes" } } });
    await client.patch(`${core}/configmaps/moving`, { data: { a: "1" } });
    const hidden = await client.patch(`${core}/configmaps/moving`, { metadata: { labels: { show: "no" } } });
    const events = [await watch.next(), await watch.next(), await watch.next()];
    expect(events.map(short)).toEqual(["ADDED moving", "MODIFIED moving", "DELETED moving"]);
    expect(events[2]!.object.metadata.resourceVersion).toBe(hidden.body.metadata.resourceVersion);
    expect(events[2]!.object.metadata.labels.show).toBe("yes");
    watch.close();
  });

  it("follows pods of one node by a field selector", async () => {
    const watch = await client.watch(
      `/api/v1/pods?watch=1&fieldSelector=spec.nodeName=watched-node&resourceVersion=${await versionOf("/api/v1/pods")}`,
    );
    await client.post(`${core}/pods`, pod("elsewhere"));
    await client.post(`${core}/pods`, pod("here"));
    await client.post(`${core}/pods/here/binding`, {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name: "here" },
      target: { kind: "Node", name: "watched-node" },
    });
    expect(short(await watch.next())).toBe("ADDED here");
    await client.delete(`${core}/pods/here`, { gracePeriodSeconds: 0 });
    expect(short(await watch.until((event) => event.type === "DELETED"))).toBe("DELETED here");
    watch.close();
  });

  it("sees nothing of other namespaces", async () => {
    const other = await client.makeNamespace();
    const watch = await client.watch(
      `${core}/configmaps?watch=1&resourceVersion=${await versionOf(`${core}/configmaps`)}`,
    );
    await client.post(`/api/v1/namespaces/${other}/configmaps`, configMap("foreign"));
    await client.post(`${core}/configmaps`, configMap("own"));
    expect(short(await watch.next())).toBe("ADDED own");
    watch.close();
    await client.delete(`/api/v1/namespaces/${other}`);
  });

  it("ends by itself at its timeout", async () => {
    const version = await versionOf(`${core}/services`);
    const watch = await client.watch(`${core}/services?watch=1&timeoutSeconds=1&resourceVersion=${version}`);
    expect(await watch.rest()).toEqual([]);
  });

  // A real server sends one a minute.
  it("tells by bookmarks how far it has come while nothing of its own happens", async () => {
    const version = await versionOf(`${core}/configmaps`);
    const watch = await client.watch(
      `${core}/configmaps?watch=1&allowWatchBookmarks=true&labelSelector=none&timeoutSeconds=100&resourceVersion=${version}`,
    );
    const { body } = await client.post(`${core}/configmaps`, configMap("unselected"));
    const bookmark = await watch.until(
      ({ object }) => Number(object.metadata.resourceVersion) >= Number(body.metadata.resourceVersion),
      100_000,
    );
    watch.close();
    expect(bookmark.type).toBe("BOOKMARK");
    expect(bookmark.object).toMatchObject({ kind: "ConfigMap", apiVersion: "v1" });
  }, 120_000);

  it("streams the first list when it is asked to", async () => {
    await client.post(`${core}/configmaps`, configMap("listed"));
    const watch = await client.watch(
      `${core}/configmaps?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    const end = await watch.until((event) => event.type === "BOOKMARK");
    expect(end.object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
    watch.close();
  });
});
