import { pbkdf2Sync } from "node:crypto";
import type { TenantSpec } from "@odoo-saas/k8s-core";
import { expect, it } from "vitest";
import { makeOdoo } from "./make-odoo.ts";

const odoo = makeOdoo({
  image: (version) => `odoo:${version}`,
  bundles: {
    base: { title: "", description: "", modules: ["base"] },
    sales: { title: "", description: "", modules: ["crm", "sale"] },
  },
});
const database = { host: "db", port: 5432, database: "t1", user: "t1", password: "secret" };
const tenant = (workers: number) =>
  ({
    id: "t1",
    version: "19",
    budget: { workers, memoryLimitBytes: 2 ** 30, connectionLimit: 32 },
  }) as unknown as TenantSpec;

it("keeps the database password out of arguments, environment and public files", () => {
  const { secretFiles, ...rest } = odoo.buildInstance({ tenant: tenant(0), database });
  expect(JSON.stringify(rest)).not.toContain(database.password);
  expect(secretFiles["/etc/odoo/odoo.conf"]).toContain(database.password);
});

it("serves /websocket on a port of its own only when there are workers", () => {
  const single = odoo.buildInstance({ tenant: tenant(0), database });
  const many = odoo.buildInstance({ tenant: tenant(2), database });
  expect(single.ports).toEqual([{ name: "http", port: 8069 }]);
  expect(single.routes.map(({ path }) => path)).toEqual(["/web/database", "/"]);
  expect(many.ports.map(({ port }) => port)).toEqual([8069, 8072]);
  expect(many.routes).toContainEqual({ path: "/websocket", port: "websocket" });
});

it("closes the database manager at the edge", () => {
  const { routes } = odoo.buildInstance({ tenant: tenant(0), database });
  expect(routes[0]).toEqual({ path: "/web/database", port: null });
});

it("initialises a template with the modules of its bundle, in place of the data volume", () => {
  const job = odoo.buildTemplateJob({ template: { version: "19", bundle: "sales" }, database });
  expect(job.command).toEqual(["python3", "/etc/odoo-saas/start.py"]);
  expect(job.args).toEqual([
    "--config=/etc/odoo/odoo.conf",
    "-i",
    "crm,sale",
    "--stop-after-init",
    "--no-http",
  ]);
  expect(job.scratchPaths).toContain("/var/lib/odoo");
  expect(() => odoo.buildTemplateJob({ template: { version: "19", bundle: "none" }, database })).toThrow(
    "none",
  );
});

it("hashes a password as passlib writes pbkdf2-sha512, without blocking", async () => {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 5);
  const hash = await odoo.hashPassword("pä$$word");
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(3);
  const [, scheme, rounds, salt = "", digest = ""] = hash.split("$");
  expect([scheme, rounds]).toEqual(["pbkdf2-sha512", "600000"]);
  expect(`${salt}${digest}`).toMatch(/^[A-Za-z0-9./]+$/);
  const decode = (text: string) => Buffer.from(text.replaceAll(".", "+"), "base64");
  expect(decode(salt)).toHaveLength(16);
  expect(pbkdf2Sync("pä$$word", decode(salt), 600_000, 64, "sha512")).toEqual(decode(digest));
  expect(await odoo.hashPassword("pä$$word")).not.toBe(hash);
});

it("passes every value of an identity as a parameter", () => {
  const evil = "x'; drop table res_users; --";
  const statements = odoo.identityStatements({
    adminEmail: evil,
    adminPasswordHash: evil,
    baseUrl: evil,
    databaseUuid: "u",
    databaseSecret: "s",
    createdAt: new Date("2026-01-02T03:04:05.678Z"),
  });
  expect(statements.some(({ text }) => text.includes(evil))).toBe(false);
  const values = statements.flatMap((statement) => statement.values);
  expect(values).toContain("2026-01-02 03:04:05");
  expect(values.filter((value) => value === evil)).toHaveLength(4);
});
