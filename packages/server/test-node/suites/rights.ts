import { expect, test } from "vitest";
import { readGrantedRights, readUsedRights, serverAccount, serverRoles } from "../support/rights.ts";
import type { Stage } from "../support/stage.ts";

/** Last, when the server has done everything. */
export function testRights(stage: Stage): void {
  test("the rights in the chart are what the server uses, no more and no less", async () => {
    const used = await readUsedRights(serverAccount);
    const granted = await readGrantedRights(stage.platform.testbed, serverRoles);
    expect([...used].filter((right) => !granted.has(right))).toEqual([]);
    const unused = [...granted].filter((right) => !used.has(right)).sort();
    // Reading anew after a conflict and the log of a template that failed: neither happens in a good run.
    // And `bind` is not asked for: it is looked up when a RoleBinding is written.
    expect(unused.filter((right) => !/^(get|bind) /.test(right))).toEqual([]);
  });
}
