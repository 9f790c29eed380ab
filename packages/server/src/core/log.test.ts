import pg from "pg";
import { expect, test } from "vitest";
import { serializeError } from "./log.ts";

test("an error of PostgreSQL is logged without the row that it quotes", () => {
  const error = new pg.DatabaseError('null value in column "slug"', 1, "error");
  error.code = "23502";
  error.detail = "Failing row contains (boss@example.com, $pbkdf2-sha512$600000$salt$hash).";
  const logged = serializeError(error);
  expect(logged).toMatchObject({ message: error.message, code: "23502", stack: expect.any(String) });
  expect(JSON.stringify(logged)).not.toContain("pbkdf2");
});
