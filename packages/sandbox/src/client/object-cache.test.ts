import { expect, test } from "vitest";
import type { KubeObject } from "./kube-types.ts";
import { ObjectCache } from "./object-cache.ts";

const thing = (name: string, resourceVersion: number, uid = name): KubeObject => ({
  metadata: { name, namespace: "x", uid, resourceVersion: String(resourceVersion) },
});

const makeCache = () => {
  const changes: string[] = [];
  const cache = new ObjectCache<KubeObject>((type, { metadata }) =>
    changes.push(`${type} ${metadata.name}@${metadata.resourceVersion}`),
  );
  return { cache, changes };
};

test("a list replaces the cache as a difference: only real changes are told", () => {
  const { cache, changes } = makeCache();
  cache.replace([thing("same", 1), thing("changed", 2), thing("gone", 3)], 3);
  changes.length = 0;
  cache.replace([thing("same", 1), thing("changed", 5), thing("new", 6)], 6);
  expect(changes.sort()).toEqual(["ADDED new@6", "DELETED gone@3", "MODIFIED changed@5"]);
});

test("the answer to a write is there at once, and its event from the watch is not told again", () => {
  const { cache, changes } = makeCache();
  cache.remember(thing("a", 7));
  cache.observe("ADDED", thing("a", 7));
  expect(changes).toEqual(["ADDED a@7"]);
  expect(cache.get("x", "a")?.metadata.resourceVersion).toBe("7");
});

test("a late answer to a write does not bring a deleted object back", () => {
  const { cache } = makeCache();
  cache.observe("ADDED", thing("a", 1));
  cache.observe("DELETED", thing("a", 9));
  cache.remember(thing("a", 5));
  expect(cache.get("x", "a")).toBeUndefined();
});

test("a list that is older than a remembered write does not remove it", () => {
  const { cache } = makeCache();
  cache.remember(thing("a", 8));
  cache.replace([], 6);
  expect(cache.list("x")).toHaveLength(1);
});

test("an older version never overwrites a newer one", () => {
  const { cache } = makeCache();
  cache.remember(thing("a", 8));
  cache.observe("MODIFIED", thing("a", 6));
  expect(cache.get("x", "a")?.metadata.resourceVersion).toBe("8");
});

test("an object that was replaced by another of the same name is told as gone and new", () => {
  const { cache, changes } = makeCache();
  cache.replace([thing("a", 1, "first")], 1);
  cache.replace([thing("a", 4, "second")], 4);
  expect(changes).toEqual(["ADDED a@1", "DELETED a@1", "ADDED a@4"]);
});
