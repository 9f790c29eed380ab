import { describe, expect, it } from "vitest";
import { findTarget } from "./target.ts";

const read = (path: string) => {
  const target = findTarget(path);
  return target && [target.resource.storage, target.namespace, target.name, target.subresource];
};

describe("request paths", () => {
  it.each([
    ["/api/v1/namespaces", ["namespaces", undefined, undefined, undefined]],
    ["/api/v1/namespaces/a", ["namespaces", undefined, "a", undefined]],
    ["/api/v1/namespaces/a/status", ["namespaces", undefined, "a", "status"]],
    ["/api/v1/namespaces/a/pods", ["pods", "a", undefined, undefined]],
    ["/api/v1/namespaces/status/pods/x/log", ["pods", "status", "x", "log"]],
    ["/apis/apps/v1/deployments", ["deployments.apps", undefined, undefined, undefined]],
    [
      "/apis/storage.k8s.io/v1/storageclasses/fast",
      ["storageclasses.storage.k8s.io", undefined, "fast", undefined],
    ],
  ])("%s names its target", (path, expected) => {
    expect(read(path)).toEqual(expected);
  });

  it.each([
    "/api/v1/pods/x",
    "/api/apps/v1/deployments",
    "/api/v1/namespaces/a/nodes",
    "/apis/apps/v1/namespaces/a/deployments/b/c/d",
    "/x",
  ])("%s names nothing", (path) => {
    expect(read(path)).toBeUndefined();
  });
});
