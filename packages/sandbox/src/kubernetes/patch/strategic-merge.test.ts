import { describe, expect, it } from "vitest";
import { applyStrategicMerge } from "./strategic-merge.ts";

describe("strategic merge patch", () => {
  it("merges keyed lists and replaces atomic ones", () => {
    const live = { spec: { containers: [{ name: "a", image: "1", args: ["x"] }, { name: "b" }] } };
    const patched = applyStrategicMerge(live, {
      spec: { containers: [{ name: "a", args: ["y"] }, { name: "c" }] },
    });
    expect(patched).toEqual({
      spec: { containers: [{ name: "a", image: "1", args: ["y"] }, { name: "b" }, { name: "c" }] },
    });
  });

  it("obeys its directives", () => {
    const live = {
      metadata: { finalizers: ["a", "b"] },
      spec: {
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } },
        volumes: [{ name: "x" }, { name: "y" }],
      },
    };
    const patch = {
      metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] },
      spec: {
        strategy: { $retainKeys: ["type"], type: "Recreate" },
        volumes: [{ name: "x", $patch: "delete" }, { name: "z" }],
        "$setElementOrder/volumes": [{ name: "z" }, { name: "y" }],
      },
    };
    expect(applyStrategicMerge(live, patch)).toEqual({
      metadata: { finalizers: ["b"] },
      spec: { strategy: { type: "Recreate" }, volumes: [{ name: "z" }, { name: "y" }] },
    });
  });

  it("leaves the patched object as it was", () => {
    const live = { spec: { containers: [{ name: "a", image: "1" }] } };
    applyStrategicMerge(live, { spec: { containers: [{ name: "a", image: "2" }] } });
    expect(live.spec.containers[0]?.image).toBe("1");
  });
});
