import type { ServerFault, TenantFault } from "../../core/postgres-servers.ts";

type Fault = TenantFault | ServerFault;

/** What was found, for an administrator; with what to do where the platform does not put it right by itself. */
const words: Record<Fault, string> = {
  DATABASE_MISSING: "The database is missing. Restore it under its name; nothing is put in its place.",
  ROLE_MISSING: "The role was dropped.",
  ROLE_ATTRIBUTES: "The role was given or denied rights of its own, as SUPERUSER or LOGIN.",
  CONNECTION_LIMIT: "The role's connection limit was changed.",
  PASSWORD_CHANGED: "The role's password was changed.",
  ROLE_SETTINGS: "The role's limits on transactions or temporary files were changed.",
  MEMBERSHIPS: "The role was made a member of another, or another of it.",
  FOREIGN_RIGHTS: "The role was given rights outside its own database.",
  DATABASE_GRANTS: "Rights on the database were given or taken.",
  DATABASE_OWNER: "The database was given another owner.",
  DATABASE_FLAGS: "The database was made a template, or its connections were limited.",
  DATABASE_CLOSED:
    "The database was closed to connections. When whoever closed it is done: ALTER DATABASE … ALLOW_CONNECTIONS true.",
  OWNERSHIP_LOST:
    "Nothing in the database belongs to its role any more. Give it back (REASSIGN OWNED), after a look at its triggers, or restore it.",
  MAINTENANCE_OPEN: "Tenants could connect to a maintenance database.",
  TEMPLATE_OPEN: "A template was opened to connections.",
  ADDRESSES_TRUSTED:
    "Addresses are trusted without a password. Write scram-sha-256 for trust there, then SELECT pg_reload_conf().",
};

/** The words for a code; the code itself for one that a later version wrote. */
export const describeDrift = (code: string): string => words[code as Fault] ?? code;
