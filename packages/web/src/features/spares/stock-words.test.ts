import { expect, test } from "vitest";
import { colorOfStock, describeStock, type Stock } from "./stock-words.ts";

const stock = (more: Partial<Stock>): Stock => ({ wanted: 3, ready: 3, preparing: 0, removing: 0, ...more });

test("a full stock needs no words", () => {
  expect(describeStock(stock({}))).toBe("");
  expect(colorOfStock(stock({}))).toBe("teal");
});

test("what is under way, and what still has to begin, is told", () => {
  expect(describeStock(stock({ ready: 1, preparing: 1 }))).toBe("1 being made, 1 to be made");
  expect(describeStock(stock({ removing: 2 }))).toBe("2 being removed");
  expect(colorOfStock(stock({ ready: 0, preparing: 3 }))).toBe("orange");
});

test("what is left of a kind that nobody wants any more is neither good nor bad", () => {
  const leftover = stock({ wanted: 0, ready: 0, removing: 1 });
  expect(describeStock(leftover)).toBe("1 being removed");
  expect(colorOfStock(leftover)).toBe("gray");
});
