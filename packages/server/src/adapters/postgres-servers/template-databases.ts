import { escapeIdentifier, escapeLiteral } from "pg";
import { type ServerSession, templateOwner } from "../../core/postgres-servers.ts";
import type { FencedSession } from "./fenced-session.ts";
import { buildScramVerifier } from "./scram-verifier.ts";

type TemplateChanges = Pick<ServerSession, "beginTemplate" | "finishTemplate" | "dropTemplate">;

/** What is changed on a server for its templates, in a session that is fenced. */
export function makeTemplateDatabases(session: FencedSession): TemplateChanges {
  return {
    beginTemplate: (template) => beginTemplate(session, template),
    finishTemplate: (name) => finishTemplate(session, name),
    dropTemplate: (name) => dropTemplate(session, name),
  };
}

async function beginTemplate(
  session: FencedSession,
  template: Parameters<ServerSession["beginTemplate"]>[0],
): Promise<string[]> {
  const database = escapeIdentifier(template.name);
  await dropTemplate(session, template.name);
  await session.query(`create database ${database} template template0 encoding 'UTF8' lc_collate 'C'`);
  await session.query(`
    revoke all on database ${database} from public;
    grant connect, temporary on database ${database} to ${templateOwner};
    alter role ${templateOwner} login password ${escapeLiteral(await buildScramVerifier(template.ownerPassword))}`);
  return session.withDatabase({ database: template.name }, async (inside) => {
    await inside.query(`alter schema public owner to ${templateOwner}`);
    const available = await inside.query<{ name: string }>(
      "select name from pg_available_extensions where name = any($1)",
      [template.extensions],
    );
    const names = available.map((row) => row.name);
    for (const name of names) {
      await inside.query(`create extension if not exists ${escapeIdentifier(name)} schema public`);
    }
    return template.extensions.filter((name) => !names.includes(name));
  });
}

async function finishTemplate(session: FencedSession, name: string): Promise<void> {
  const database = escapeIdentifier(name);
  await session.query(`
    revoke all on database ${database} from ${templateOwner};
    alter role ${templateOwner} nologin;
    alter database ${database} allow_connections false`);
  await session.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [
    name,
  ]);
  await session.query(`alter database ${database} is_template true`);
}

async function dropTemplate(session: FencedSession, name: string): Promise<void> {
  const database = escapeIdentifier(name);
  const found = await session.query("select from pg_database where datname = $1 and datistemplate", [name]);
  if (found.length > 0) await session.query(`alter database ${database} is_template false`);
  await session.query(`drop database if exists ${database} with (force)`);
}
