import { describe, expect, test } from "vitest";
import { findEmailFault, findNameFault, findPasswordFault, findSlugFault } from "./tenant-rules.ts";

describe("a subdomain", () => {
  test.each(["acme", "a1b", "my-shop-2", "a".repeat(40), "0x0"])("may be %s", (slug) => {
    expect(findSlugFault(slug)).toBeUndefined();
  });
  test.each([
    "",
    "ab",
    "a".repeat(41),
    "a".repeat(64),
    "Acme",
    "acmé",
    "аcme", // the first letter is Cyrillic
    "acme\n",
    "ac me",
    "acme.shop",
    "-acme",
    "acme-",
    "ac--me",
    "xn--acm-dma",
    "12345",
    "acme'; drop table tenants; --",
    'acme"\nkind: Secret',
    "{{ acme }}",
    "ac_me",
  ])("may not be %j", (slug) => {
    expect(findSlugFault(slug)?.code).toBe("INVALID");
  });
  test.each(["www", "admin", "localhost", "grafana", "supabase"])("%s is reserved", (slug) => {
    expect(findSlugFault(slug)?.code).toBe("RESERVED");
  });
});

test.each(["ann@example.com", "a.b+c@mail.example.co.zw"])("%s is an e-mail address", (email) => {
  expect(findEmailFault(email)).toBeUndefined();
});
test.each([
  "",
  "ann",
  "ann@localhost",
  "ann@@example.com",
  "a b@example.com",
  'a"b@example.com',
  "ann@example..com",
  `${"a".repeat(250)}@example.com`,
])("%j is no e-mail address", (email) => {
  expect(findEmailFault(email)?.code).toBe("INVALID");
});

test("a password is neither short, endless, the e-mail address nor the subdomain", () => {
  const faultOf = (adminPassword: string) =>
    findPasswordFault({ adminPassword, adminEmail: "annabelle@example.com", slug: "acme-shop" })?.code;
  expect(faultOf("1234567")).toBe("TOO_SHORT");
  expect(faultOf("x".repeat(129))).toBe("INVALID");
  expect(faultOf("Annabelle@example.com")).toBe("INVALID");
  expect(faultOf("annabelle")).toBe("INVALID");
  expect(faultOf("ACME-shop")).toBe("INVALID");
  expect(faultOf("correct horse")).toBeUndefined();
});

test("a name is one line of some length", () => {
  expect(findNameFault("Acme & Söhne")).toBeUndefined();
  expect(["", "a\nb", "x".repeat(81)].map((name) => findNameFault(name)?.code)).toEqual(
    Array.from({ length: 3 }, () => "INVALID"),
  );
});

test.each(["turned \u202e round", "half \ud800", "\u200b", "   "])("%j is no name to show", (name) => {
  expect(findNameFault(name)?.code).toBe("INVALID");
});

test.each(["with a \u0000", "half a \udc00 pair", "two\nlines of it"])(
  "%j is no password",
  (adminPassword) => {
    const input = { adminPassword, adminEmail: "a@b.co", slug: "acme" };
    expect(findPasswordFault(input)?.code).toBe("INVALID");
    expect(findPasswordFault({ ...input, adminPassword: "Пароль ü €😀" })).toBeUndefined();
  },
);
