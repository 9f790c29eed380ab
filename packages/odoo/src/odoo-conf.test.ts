import { expect, it } from "vitest";
import { buildOdooConf, type OdooConfInput } from "./odoo-conf.ts";

const input: OdooConfInput = {
  database: { host: "postgres.pool", port: 5432, database: "t1", user: "t1", password: "s3cret" },
  workers: 0,
  memoryLimitBytes: 2 ** 30,
  connectionLimit: 16,
};

function parse(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.includes(" = "));
  return Object.fromEntries(lines.map((line) => line.split(" = ")));
}

it("names the tenant's database and closes the ways to others", () => {
  const conf = parse(buildOdooConf(input));
  expect(conf).toMatchObject({
    db_host: "postgres.pool",
    db_port: "5432",
    db_user: "t1",
    db_password: "s3cret",
    db_name: "t1",
    list_db: "False",
    proxy_mode: "True",
    data_dir: "/var/lib/odoo",
    http_interface: "0.0.0.0",
    http_port: "8069",
  });
  expect(conf).not.toHaveProperty("dbfilter");
  expect(conf).not.toHaveProperty("gevent_port");
});

it("is the same text for the same input, and another master password for another tenant", () => {
  expect(buildOdooConf(input)).toBe(buildOdooConf(input));
  const other = { ...input, database: { ...input.database, password: "other" } };
  expect(parse(buildOdooConf(other)).admin_passwd).not.toBe(parse(buildOdooConf(input)).admin_passwd);
  expect(buildOdooConf(input).match(/s3cret/g)).toHaveLength(1);
});

it.each([
  { workers: 0, connectionLimit: 16 },
  { workers: 2, connectionLimit: 32 },
  { workers: 4, connectionLimit: 100 },
  { workers: 8, connectionLimit: 200 },
])(
  "all processes together stay within the role's limit with $workers workers",
  ({ workers, connectionLimit }) => {
    const conf = parse(buildOdooConf({ ...input, workers, connectionLimit }));
    // HTTP workers and one cron worker, each with a pool; threads share one.
    const pools = workers > 0 ? workers + 1 : 1;
    const total = Number(conf.db_maxconn) * pools + Number(conf.db_maxconn_gevent ?? 0);
    expect(total).toBeLessThanOrEqual(connectionLimit - 4);
  },
);

it("refuses a value that would add a setting of its own", () => {
  const database = { ...input.database, password: "x\nlist_db = True" };
  expect(() => buildOdooConf({ ...input, database })).toThrow("line break");
});
