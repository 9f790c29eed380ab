const log = `create_uid int4, create_date timestamp, write_uid int4, write_date timestamp`;

/** Signals of Odoo 19: a new row in one tells every running Odoo to forget what it cached under that name. */
export const signalTables = ["registry", "default", "assets", "stable", "templates", "routing", "groups"].map(
  (name) => `orm_signaling_${name}`,
);

/** The tables of Odoo 19 that an operator's SQL touches, with the columns (of many more) that matter to it. */
export const tableStatements: string[] = [
  ...signalTables.map(
    (table) => `CREATE TABLE IF NOT EXISTS ${table} (id serial PRIMARY KEY, date timestamp DEFAULT now())`,
  ),
  `CREATE TABLE IF NOT EXISTS res_partner (id serial PRIMARY KEY, ${log}, name varchar, complete_name varchar,
     email varchar, email_normalized varchar, phone varchar, lang varchar, tz varchar, type varchar,
     company_id int4, commercial_partner_id int4 REFERENCES res_partner ON DELETE SET NULL,
     is_company bool, active bool, partner_share bool)`,
  `CREATE TABLE IF NOT EXISTS res_company (id serial PRIMARY KEY, ${log}, name varchar NOT NULL UNIQUE,
     partner_id int4 NOT NULL REFERENCES res_partner, email varchar, sequence int4, active bool)`,
  `CREATE TABLE IF NOT EXISTS res_users (id serial PRIMARY KEY, ${log},
     company_id int4 NOT NULL REFERENCES res_company, partner_id int4 NOT NULL REFERENCES res_partner,
     active bool DEFAULT true, login varchar NOT NULL UNIQUE, password varchar, action_id int4,
     signature text, share bool, totp_secret varchar)`,
  `CREATE TABLE IF NOT EXISTS res_groups (id serial PRIMARY KEY, ${log}, name jsonb NOT NULL, comment jsonb, share bool)`,
  `CREATE TABLE IF NOT EXISTS res_groups_users_rel (gid int4 NOT NULL REFERENCES res_groups ON DELETE CASCADE,
     uid int4 NOT NULL REFERENCES res_users ON DELETE CASCADE, PRIMARY KEY (gid, uid))`,
  `CREATE TABLE IF NOT EXISTS ir_config_parameter (id serial PRIMARY KEY, ${log},
     key varchar NOT NULL UNIQUE, value text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ir_model_data (id serial PRIMARY KEY, ${log}, module varchar NOT NULL,
     name varchar NOT NULL, model varchar NOT NULL, res_id int4, noupdate bool DEFAULT false, UNIQUE (module, name))`,
  `CREATE TABLE IF NOT EXISTS ir_module_module (id serial PRIMARY KEY, ${log}, name varchar NOT NULL UNIQUE,
     state varchar, latest_version varchar, shortdesc jsonb, author varchar, website varchar, license varchar,
     application bool, auto_install bool, demo bool DEFAULT false)`,
  `CREATE TABLE IF NOT EXISTS ir_cron (id serial PRIMARY KEY, ${log}, cron_name varchar, user_id int4 NOT NULL,
     interval_number int4, interval_type varchar, priority int4, failure_count int4, active bool,
     nextcall timestamp NOT NULL, lastcall timestamp, first_failure_date timestamp)`,
  `CREATE TABLE IF NOT EXISTS ir_attachment (id serial PRIMARY KEY, ${log}, name varchar NOT NULL, type varchar NOT NULL,
     res_model varchar, res_field varchar, res_id int4, company_id int4, url varchar, access_token varchar,
     store_fname varchar, db_datas bytea, file_size int4, checksum varchar(40), mimetype varchar,
     index_content text, public bool)`,
];
