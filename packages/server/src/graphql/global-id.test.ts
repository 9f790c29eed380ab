import { expect, test } from "vitest";
import { decodeGlobalId, decodeIdOf, encodeGlobalId } from "./global-id.ts";

const uuid = "0b7ecb47-9df5-4b3a-8a3b-1f0a4b1f0d11";
const encode = (text: string): string => Buffer.from(text).toString("base64url");

test("an id is read back, for its own type only", () => {
  const id = encodeGlobalId("Tenant", uuid);
  expect(decodeGlobalId(id)).toEqual({ type: "Tenant", uuid });
  expect(decodeIdOf("Tenant", id)).toBe(uuid);
  expect(decodeIdOf("Plan", id)).toBeUndefined();
});

test.each([
  "",
  "Tenant",
  uuid,
  encode(`User:${uuid}`),
  encode(`Tenant:${uuid}:x`),
  encode(`Tenant:${uuid.toUpperCase()}`),
  encode("Tenant:' or 1=1"),
  `${encodeGlobalId("Tenant", uuid)}=`,
])("%j is no id", (id) => {
  expect(decodeGlobalId(id)).toBeUndefined();
});
