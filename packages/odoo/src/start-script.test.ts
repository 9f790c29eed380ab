import { execFileSync } from "node:child_process";
// biome-ignore lint/style/noRestrictedImports: only the test runs the script; the package itself stays pure.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startScript } from "./start-script.ts";

const hasPython = (() => {
  try {
    execFileSync("python3", ["--version"]);
    return true;
  } catch {
    return false;
  }
})();

// The parts of the real package that the script touches, with the checks of the real db_connect.
const fakeOdoo: Record<string, string> = {
  "odoo/__init__.py": "SUPERUSER_ID = 1\n",
  "odoo/tools/__init__.py": "config = {'db_name': ['acme']}\n",
  "odoo/sql_db.py": `
def connection_info_for(db_or_uri, readonly=False):
    return db_or_uri, {"database": db_or_uri, "readonly": readonly}

def db_connect(to, allow_uri=False, readonly=False):
    db, info = connection_info_for(to, readonly)
    if not allow_uri and db != to:
        raise ValueError("URI connections not allowed")
    return info

def close_all():
    print("closed")
`,
  "odoo/cli.py": `
import os, sys
from odoo.sql_db import db_connect

def main():
    print(db_connect("postgres")["database"], db_connect("other")["database"])
    sys.exit(int(os.environ.get("FAKE_EXIT", "0")))
`,
  "odoo/api.py": `
class Model:
    def __init__(self, name):
        self.name = name
    def __getattr__(self, method):
        return lambda *args: print(self.name, method, *args)

class Record:
    def __init__(self, name):
        self.name = name
    def write(self, values):
        print(self.name, "write", *values, all(len(value) >= 32 for value in values.values()))

def Environment(cursor, uid, context):
    class Env:
        def __getitem__(self, name):
            return Model(name)
        def ref(self, name):
            return Record(name)
    return Env()
`,
  "odoo/modules/__init__.py": "",
  "odoo/modules/registry.py": `
import contextlib

class Registry:
    def __init__(self, name):
        print("registry", name)
    def cursor(self):
        return contextlib.nullcontext("cursor")
`,
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "start-script-"));
  for (const [path, content] of Object.entries({ ...fakeOdoo, "start.py": startScript })) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(env: Record<string, string> = {}): string {
  const options = { env: { ...process.env, ...env }, encoding: "utf8" as const, stdio: "pipe" as const };
  return execFileSync("python3", [join(folder, "start.py")], options);
}

it.runIf(hasPython)("postgres means the tenant's own database, however db_connect was imported", () => {
  expect(start()).toBe("acme other\n");
});

it.runIf(hasPython)(
  "a template keeps its attachments in the database, and its administrator's password is known to nobody",
  () => {
    expect(start({ ODOO_SAAS_TEMPLATE: "1" }).split("\n")).toEqual([
      "acme other",
      "registry acme",
      "ir.config_parameter set_param ir_attachment.location db",
      "ir.attachment force_storage",
      "base.user_admin write password True",
      "closed",
      "",
    ]);
  },
);

it.runIf(hasPython)("a template whose initialisation failed fails, and is not finished", () => {
  expect(() => start({ ODOO_SAAS_TEMPLATE: "1", FAKE_EXIT: "3" })).toThrow(
    expect.objectContaining({ status: 3, stdout: "acme other\n" }),
  );
});
