import { expect, test } from "vitest";
import { buildTableVariables, readTableQuery, type TableQuery, writeTableQuery } from "./table-query.ts";

const view: TableQuery = {
  search: "acme & co",
  states: ["RUNNING", "FAILED"],
  planCodes: ["basic"],
  orderBy: { field: "SLUG", direction: "ASC" },
};

test("a view survives being written to the address and read again", () => {
  expect(readTableQuery(writeTableQuery(view))).toEqual(view);
});

test("the default view leaves the address empty", () => {
  expect(writeTableQuery(readTableQuery(new URLSearchParams())).toString()).toBe("");
});

test("values that the API does not know are left out", () => {
  const query = readTableQuery(new URLSearchParams("state=EXPLODED&sort=PASSWORD:asc"));
  expect(query.states).toEqual([]);
  expect(query.orderBy).toEqual({ field: "CREATED_AT", direction: "DESC" });
});

test("empty filters are absent from the variables", () => {
  expect(buildTableVariables({ ...view, search: "  ", states: [], planCodes: [] }).filter).toEqual({});
});
