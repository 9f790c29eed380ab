import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, it } from "vitest";
import { loadSecrets } from "./installation.ts";
import { startPlatformDatabase } from "./platform-database.ts";
import { reservePorts } from "./ports.ts";
import { makeGuardian } from "./processes/index.ts";

it("keeps its data over a restart and lets its owner create the platform's roles, no superuser", async () => {
  const dir = mkdtempSync(join(tmpdir(), "sandbox-database-"));
  const guardian = await makeGuardian(dir);
  const none = { web: 0, ingress: 0, mail: 0, smtp: 0, supabase: 0, kubernetes: 0, database: 0 };
  const { database: port } = await reservePorts(none, "127.0.0.1");
  const secrets = await loadSecrets(dir);
  const start = () => startPlatformDatabase({ dir, host: "127.0.0.1", port, secrets, guardian });
  let database = await start();
  try {
    const url = database.buildUrl("platform_owner", secrets.databaseOwner);
    const owner = new pg.Client(url);
    await owner.connect();
    await owner.query(
      "CREATE SCHEMA platform; CREATE TABLE platform.kept (n int); INSERT INTO platform.kept VALUES (7)",
    );
    await owner.query(
      "CREATE ROLE platform_worker LOGIN BYPASSRLS; CREATE ROLE platform_api LOGIN NOBYPASSRLS",
    );
    await expect(owner.query("CREATE ROLE chief SUPERUSER")).rejects.toThrow(/permission denied/);
    await owner.end();
    await database.dispose();
    database = await start();
    const again = new pg.Client(url);
    await again.connect();
    expect((await again.query("SELECT n FROM platform.kept")).rows).toEqual([{ n: 7 }]);
    await again.end();
    await expect(new pg.Client(url.replace(/:[^:@/]+@/, ":wrong@")).connect()).rejects.toThrow(/password/);
  } finally {
    await database.dispose();
    await guardian.dispose();
    rmSync(dir, { recursive: true });
  }
}, 60_000);
