import { describe, expect, it } from "vitest";
import { getResource } from "./kinds.ts";
import { findPredicate, parseLabelSelector } from "./selectors.ts";
import { StatusError } from "./status-error.ts";

const labelled = (labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", labels },
});

describe("selectors", () => {
  it.each([
    ["a=1", true],
    ["a==1,b!=3", true],
    ["a!=1", false],
    ["c!=1", true],
    ["a in (1, 2),b notin (3,4)", true],
    ["c notin (1)", true],
    ["a", true],
    ["!c", true],
    ["!a", false],
    ["app.kubernetes.io/name=x-y_z.1", true],
  ])("understands the label selector %j", (text, isMatch) => {
    const object = labelled({ a: "1", b: "2", "app.kubernetes.io/name": "x-y_z.1" });
    expect(parseLabelSelector(text)(object)).toBe(isMatch);
  });

  it("refuses what it cannot read and fields the kind does not offer", () => {
    expect(() => parseLabelSelector("a=b=c")).toThrow(StatusError);
    const query = new URLSearchParams({ fieldSelector: "spec.hostname=x" });
    expect(() => findPredicate(getResource("pods"), query)).toThrow(
      "field label not supported: spec.hostname",
    );
  });

  it("joins label and field selectors", () => {
    const query = new URLSearchParams({
      labelSelector: "a=1",
      fieldSelector: "status.phase!=Failed,spec.nodeName=",
    });
    const isMatch = findPredicate(getResource("pods"), query)!;
    expect(isMatch(labelled({ a: "1" }))).toBe(true);
    expect(isMatch({ ...labelled({ a: "1" }), status: { phase: "Failed" } })).toBe(false);
  });
});
