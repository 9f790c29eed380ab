import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { OdooLog } from "./odoo-log.ts";
import { hashPassword } from "./passlib.ts";
import { tableStatements } from "./schema.ts";

const moduleVersion = "19.0.1.0";

// Ids and external names are those of Odoo's own base data.
const partners = [
  [1, "My Company", null, "main_partner"],
  [2, "OdooBot", "odoobot@example.com", "partner_root"],
  [3, "Administrator", "admin@example.com", "partner_admin"],
  [4, "Public user", null, "public_partner"],
] as const;
const users = [
  [1, 2, "__system__", false, "user_root"],
  [2, 3, "admin", true, "user_admin"],
  [4, 4, "public", false, "public_user"],
] as const;

const insertDatum = `INSERT INTO ir_model_data (module, name, model, res_id, noupdate, create_date, write_date)
  VALUES ('base', $1, $2, $3, true, now(), now()) ON CONFLICT (module, name) DO NOTHING`;

const insertPeople = async (client: Client, passwordHash: string): Promise<void> => {
  for (const [id, name, email, xmlid] of partners) {
    await client.query(
      `INSERT INTO res_partner (id, name, complete_name, email, email_normalized, type, lang, active, is_company,
         commercial_partner_id, company_id, create_date, write_date)
       VALUES ($1, $2, $2, $3, $3, 'contact', 'en_US', $4, $5, $1, NULL, now(), now())`,
      [id, name, email, id === 1 || id === 3, id === 1],
    );
    await client.query(insertDatum, [xmlid, "res.partner", id]);
  }
  await client.query(
    "INSERT INTO res_company (id, name, partner_id, active, create_date) VALUES (1, 'My Company', 1, true, now())",
  );
  await client.query(insertDatum, ["main_company", "res.company", 1]);
  for (const [id, partner, login, isActive, xmlid] of users) {
    await client.query(
      `INSERT INTO res_users (id, company_id, partner_id, login, active, password, share, create_date, write_date)
       VALUES ($1, 1, $2, $3, $4, $5, $6, now(), now())`,
      [id, partner, login, isActive, login === "admin" ? passwordHash : null, login === "public"],
    );
    await client.query(insertDatum, [xmlid, "res.users", id]);
  }
  for (const table of ["res_partner", "res_company", "res_users"]) {
    await client.query(`SELECT setval(pg_get_serial_sequence($1, 'id'), max(id)) FROM ${table}`, [table]);
  }
};

const insertParameters = async (client: Client): Promise<void> => {
  const parameters = {
    "database.secret": randomUUID(),
    "database.uuid": randomUUID(),
    "database.create_date": new Date().toISOString().slice(0, 19).replace("T", " "),
    "web.base.url": "http://localhost:8069",
    "base.login_cooldown_after": "10",
    "base.login_cooldown_duration": "60",
  };
  for (const [key, value] of Object.entries(parameters)) {
    await client.query(
      `INSERT INTO ir_config_parameter (key, value, create_uid, write_uid, create_date, write_date)
       VALUES ($1, $2, 1, 1, now(), now()) ON CONFLICT (key) DO NOTHING`,
      [key, value],
    );
  }
  await client.query(
    `INSERT INTO ir_cron (cron_name, user_id, interval_number, interval_type, priority, failure_count, active, nextcall)
     VALUES ('Base: Auto-vacuum internal data', 1, 1, 'days', 3, 0, true, now())`,
  );
};

const installModules = async (client: Client, modules: string[], log: OdooLog): Promise<void> => {
  for (const [index, name] of modules.entries()) {
    log("INFO", "odoo.modules.loading", `Loading module ${name} (${index + 1}/${modules.length})`);
    await client.query(
      `INSERT INTO ir_module_module (name, state, latest_version, author, license, create_date, write_date)
       VALUES ($1, 'installed', $2, 'Odoo S.A.', 'LGPL-3', now(), now())
       ON CONFLICT (name) DO UPDATE SET state = 'installed', latest_version = $2, write_date = now()`,
      [name, moduleVersion],
    );
  }
};

/** Makes the tables and base data where they are missing and marks modules installed, in one transaction. */
export async function initializeDatabase(client: Client, modules: string[], log: OdooLog): Promise<void> {
  const passwordHash = await hashPassword("admin");
  await client.query("BEGIN");
  await client.query("SET LOCAL client_min_messages = warning");
  for (const statement of tableStatements) await client.query(statement);
  const { rowCount } = await client.query("SELECT 1 FROM res_users LIMIT 1");
  if (!rowCount) {
    await insertPeople(client, passwordHash);
    await insertParameters(client);
  }
  await installModules(client, [...new Set(["base", "web", "bus", ...modules])], log);
  for (const name of ["registry", "default"]) {
    await client.query(`INSERT INTO orm_signaling_${name} DEFAULT VALUES`);
  }
  await client.query("COMMIT");
  log("INFO", "odoo.modules.loading", "Modules loaded.");
}
