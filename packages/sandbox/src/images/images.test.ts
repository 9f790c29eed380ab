import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ContainerToRun, parseImageName } from "./image-runner.ts";
import { formatIniSection, parseIniSection } from "./ini-file.ts";
import { adaptConfiguration, makeOdooRunner } from "./odoo.ts";
import { hashPassword, verifyPassword } from "./odoo-stand-in/passlib.ts";
import { buildServerArguments, parseMemorySetting } from "./postgres-arguments.ts";

test("an image name loses its registry, tag and digest", () => {
  expect(parseImageName("postgres:18")).toEqual({ path: "postgres", name: "postgres", tag: "18" });
  expect(parseImageName("registry.example:5000/library/postgres")).toMatchObject({
    path: "library/postgres",
    tag: "latest",
  });
  expect(parseImageName("sandbox/sleep@sha256:abc")).toMatchObject({ path: "sandbox/sleep", name: "sleep" });
  expect(parseImageName("localhost/odoo:19")).toMatchObject({ path: "odoo", tag: "19" });
});

test("a configuration section is read as Python reads it", () => {
  const text =
    "; note\n[other]\ndb_name = x\n[options]\n# comment\ndb_name = acme\ndb_password = a=b:c #d\nempty =\n";
  const values = parseIniSection(text, "options");
  expect(Object.fromEntries(values)).toEqual({ db_name: "acme", db_password: "a=b:c #d", empty: "" });
  expect(parseIniSection(formatIniSection("options", values), "options")).toEqual(values);
});

test("Odoo's configuration gets this machine's paths and the pod's address, and keeps the rest", () => {
  const container = {
    root: "/pods/1/root",
    workDir: "/pods/1/work",
    address: "127.10.0.7",
    listenPort: (port: number) => port + 10_000,
  } as ContainerToRun;
  const text =
    "[options]\ndata_dir = /var/lib/odoo\nhttp_interface = 0.0.0.0\ndb_host = 127.10.0.2\naddons_path = /mnt/none\n";
  expect(Object.fromEntries(adaptConfiguration(text, container))).toEqual({
    data_dir: "/pods/1/root/var/lib/odoo",
    http_interface: "127.10.0.7",
    http_port: "18069",
    gevent_port: "18072",
    db_host: "127.10.0.2",
  });
});

test("the server's own settings come last and huge shared buffers are cut", () => {
  const args = buildServerArguments({
    args: [
      "postgres",
      "-c",
      "shared_buffers=64GB",
      "-c",
      "max_connections=200",
      "-c",
      "hba_file=/etc/pg/hba.conf",
    ],
    dataDir: "/data",
    address: "127.10.0.9",
    port: 5432,
    maxSharedBuffersBytes: 512 * 1024 ** 2,
    hostPath: (path) => `/root-of-pod${path}`,
  });
  expect(args.slice(0, 8)).toEqual([
    ...["-D", "/data", "-c", "shared_buffers=512MB", "-c", "max_connections=200"],
    ...["-c", "hba_file=/root-of-pod/etc/pg/hba.conf"],
  ]);
  expect(args.slice(8)).toEqual([
    ...["-c", "listen_addresses=127.10.0.9", "-c", "port=5432", "-c", "unix_socket_directories="],
  ]);
  expect(parseMemorySetting("2GB")).toBe(2 * 1024 ** 3);
  expect(parseMemorySetting("16")).toBe(16 * 8192);
});

test("a hash made by passlib is recognised, and only for its own password", async () => {
  // passlib.hash.pbkdf2_sha512.using(rounds=1212).hash("password"), from passlib's own test vectors
  const made =
    "$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww";
  expect(await verifyPassword("password", made)).toBe(true);
  expect(await verifyPassword("Password", made)).toBe(false);
  expect(await verifyPassword("", "")).toBe(false);
  const own = await hashPassword("grüße", 1_000);
  expect(own).toMatch(/^\$pbkdf2-sha512\$1000\$[\w./]{22}\$[\w./]{86}$/);
  expect(await verifyPassword("grüße", own)).toBe(true);
});

test("a real local Odoo gets the start script, its own interpreter and a copy of the configuration", async () => {
  const dir = mkdtempSync(join(tmpdir(), "odoo-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, "root/etc/odoo"), { recursive: true });
  mkdirSync(join(dir, "work"));
  writeFileSync(join(dir, "root/etc/odoo/odoo.conf"), "[options]\ndb_name = acme\n");
  writeFileSync(join(dir, "odoo-bin"), "#!/opt/venv/bin/python3 -u\nimport odoo\n");
  const plan = await makeOdooRunner({ odooBin: join(dir, "odoo-bin") }).prepare({
    ...{
      image: "odoo:19",
      env: {},
      root: join(dir, "root"),
      workDir: join(dir, "work"),
      address: "127.10.0.7",
    },
    ...{ command: ["python3", "/etc/start.py"], args: ["-c", "/etc/odoo/odoo.conf", "--workers=2"] },
    listenPort: (port) => port,
  });
  expect(plan.command).toBe("/opt/venv/bin/python3");
  expect(plan.args).toEqual([
    ...["-u", join(dir, "root/etc/start.py"), `--config=${join(dir, "work/odoo.conf")}`, "--workers=2"],
  ]);
  expect(plan.env.PYTHONPATH).toBe(dir);
  const copy = parseIniSection(readFileSync(join(dir, "work/odoo.conf"), "utf8"), "options");
  expect(Object.fromEntries(copy)).toMatchObject({
    db_name: "acme",
    http_interface: "127.10.0.7",
    http_port: "8069",
  });
});
