import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { limitsRule } from "./limits.ts";

const schema = buildSchema("type Query { a: Query b: Int }");
const findErrors = (query: string): string[] =>
  validate(schema, parse(query), [limitsRule]).map((error) => error.message);
const nest = (levels: number): string => (levels === 1 ? "b" : `a { ${nest(levels - 1)} }`);

test("twelve levels are allowed, thirteen are not, also when they hide in fragments", () => {
  expect(findErrors(`{ ${nest(12)} }`)).toEqual([]);
  expect(findErrors(`{ ${nest(13)} }`)[0]).toContain("13 levels deep");
  expect(findErrors(`{ a { ...F } } fragment F on Query { ${nest(12)} }`)[0]).toContain("13 levels deep");
});

test("fragments that contain each other do not hang it", () => {
  expect(findErrors("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }")).toEqual([]);
});

test("fields are counted with fragments written out", () => {
  const fragments = [1, 2, 3, 4, 5].map(
    (n) => `fragment F${n} on Query { ${n === 5 ? "b" : `...F${n + 1} `.repeat(10)} }`,
  );
  expect(findErrors(`{ ...F1 } ${fragments.join(" ")}`)[0]).toContain("10000 fields");
});
