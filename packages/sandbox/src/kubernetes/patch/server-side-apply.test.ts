import { describe, expect, it } from "vitest";
import type { KubeObject } from "../object.ts";
import { formatFieldSet, leavesOf, parseFieldSet } from "./field-set.ts";
import { applyConfiguration } from "./server-side-apply.ts";

const config = (spec: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a" },
  spec,
});

const apply = (live: KubeObject | undefined, spec: object, name = "one") =>
  applyConfiguration(live, config(spec), {
    manager: { name, operation: "Apply", apiVersion: "v1" },
    isForced: false,
    now: 0,
  });

describe("server-side apply", () => {
  it("keeps the applied order of a keyed list and the place of live items between", () => {
    const containers = (...names: string[]) => ({ containers: names.map((name) => ({ name })) });
    const first = apply(undefined, containers("a", "b"), "first");
    const second = apply(first, containers("x", "b"), "second");
    expect(second.spec).toEqual(containers("x", "a", "b"));
  });

  it("removes a list item with the defaults inside it, unless somebody else owns a part of it", () => {
    const made = apply(undefined, {
      containers: [
        { name: "a", image: "i" },
        { name: "b", image: "i" },
      ],
    });
    const [a, b] = (made.spec as { containers: object[] }).containers;
    const live = { ...made, spec: { containers: [{ ...a, imagePullPolicy: "Always" }, b] } };
    const shared = apply(live, { containers: [{ name: "b", command: ["x"] }] }, "two");
    const left = apply(shared, { containers: [] });
    expect(left.spec).toEqual({ containers: [{ name: "b", command: ["x"] }] });
  });

  it("owns an empty object and takes it away again", () => {
    const made = apply(undefined, { volumes: [{ name: "v", emptyDir: {} }] });
    expect(made.metadata.managedFields?.[0]?.fieldsV1).toEqual({
      "f:spec": { "f:volumes": { 'k:{"name":"v"}': { ".": {}, "f:name": {}, "f:emptyDir": {} } } },
    });
    expect(apply(made, { hostname: "h" }).spec).toEqual({ hostname: "h" });
  });

  it("treats ports with and without the default protocol as one", () => {
    const made = apply(undefined, {
      containers: [{ name: "a", ports: [{ containerPort: 80, protocol: "TCP" }] }],
    });
    const again = apply(made, { containers: [{ name: "a", ports: [{ containerPort: 80 }] }] });
    const [a] = (again.spec as { containers: { ports: object[] }[] }).containers;
    expect(a?.ports).toHaveLength(1);
  });

  it("writes and reads the form of managedFields without a loss", () => {
    const object = {
      metadata: { labels: { "a.b/c": "d" }, finalizers: ["x/y"] },
      spec: { containers: [{ name: "a", env: [{ name: 'q"', value: "" }] }], args: ["1"], empty: {} },
    };
    const set = new Set(leavesOf(object).keys());
    expect(parseFieldSet(formatFieldSet(set))).toEqual(set);
    expect(set).toContain('f:metadata\nf:finalizers\nv:"x/y"');
  });
});
