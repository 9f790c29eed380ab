import type { InstanceIdentity, SqlStatement } from "@odoo-saas/k8s-core";

/** As Odoo writes a Datetime: UTC, without a zone. */
const odooDatetime = (date: Date) => date.toISOString().slice(0, 19).replace("T", " ");

const adminUser = `select res_id from ir_model_data where module = 'base' and name = 'user_admin'`;

/** Makes a clone a database of its own: who administers it, what it is called, its secrets. */
export function buildIdentityStatements(identity: InstanceIdentity): SqlStatement[] {
  const { adminEmail, adminPasswordHash, baseUrl, databaseUuid, databaseSecret, createdAt } = identity;
  const parameters: Record<string, string> = {
    "database.uuid": databaseUuid,
    "database.secret": databaseSecret,
    "database.create_date": odooDatetime(createdAt),
    "web.base.url": baseUrl,
    // Else Odoo overwrites the URL with whatever the administrator's browser used.
    "web.base.url.freeze": "True",
  };
  return [
    {
      text: `update res_users set login = $1, password = $2 where id = (${adminUser})`,
      values: [adminEmail, adminPasswordHash],
    },
    {
      text: `update res_partner set email = $1 where id = (select partner_id from res_users where id = (${adminUser}))`,
      values: [adminEmail],
    },
    ...Object.entries(parameters).map(([key, value]) => ({
      text: `insert into ir_config_parameter (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value`,
      values: [key, value],
    })),
    ...buildCacheSignalStatements(),
  ];
}

/** Odoo derives its sessions' tokens from the password's hash: whoever was signed in is not any more. */
export const buildAdminPasswordStatements = (passwordHash: string): SqlStatement[] => [
  {
    text: `update res_users set password = $1 where id = (${adminUser})`,
    values: [passwordHash],
    mustChange: true,
  },
];

/**
 * Makes running processes forget their caches, but not reload their models (`orm_signaling_registry`).
 * Which caches exist varies by version, hence all that are there; before 18 they were sequences.
 */
export function buildCacheSignalStatements(): SqlStatement[] {
  const text = `do $$
declare signal record;
begin
  for signal in
    select relname, relkind from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')
      and (relname like 'orm\\_signaling\\_%' or relname like 'base\\_cache\\_signaling%')
      and relname not like 'orm\\_signaling\\_registry%' and relname not like '%\\_id\\_seq'
  loop
    if signal.relkind = 'r' then
      execute format('insert into public.%I default values', signal.relname);
    else
      perform nextval(format('public.%I', signal.relname)::regclass);
    end if;
  end loop;
end $$`;
  return [{ text, values: [] }];
}
