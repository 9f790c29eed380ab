import { afterAll, beforeAll, expect, test } from "vitest";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
let mallory: string;
let neighbour: string;
beforeAll(async () => {
  await harness.start();
  ({ id: mallory } = await harness.createTenant("mallory"));
  ({ id: neighbour } = await harness.createTenant("neighbour"));
  for (const id of [mallory, neighbour]) {
    await harness.untilRunning(id);
    await harness.untilIdle(`tenant:${id}`);
  }
}, 60_000);
afterAll(() => harness.dispose());

const nameOf = (id: string) => harness.login(id).user;
const asSuperuser = (text: string) =>
  harness.asSuperuser(async (client) => (await client.query(text)).rows as Record<string, unknown>[]);

/** What every role of a tenant may, in attributes, memberships and databases. */
const readPowers = () =>
  asSuperuser(`
    select rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit,
      (select coalesce(array_agg(roleid::regrole::text), '{}') from pg_auth_members where member = r.oid) as roles,
      (select array_agg(datname order by datname) from pg_database
        where has_database_privilege(r.oid, datname, 'connect')) as databases,
      (select coalesce(array_agg(datname), '{}') from pg_database where datdba = r.oid) as owned
    from pg_roles r where rolname ~ '^t_' order by rolname`);

// Everything that a session of a stronger role would set off, and a note of who did.
const buildTrap = (self: string, victim: string) => `
  create table loot (session_user_name text, current_user_name text, was_superuser boolean, what text);
  create function spring(what text) returns void language plpgsql as $$
  declare wish text;
  begin
    insert into public.loot select session_user, current_user, rolsuper, what from pg_catalog.pg_roles
      where rolname = session_user;
    foreach wish in array array['alter role ${self} superuser', 'alter role ${self} createrole createdb bypassrls',
      'grant ${victim} to ${self}', 'grant postgres to ${self}', 'grant connect on database ${victim} to ${self}',
      'grant connect on database postgres to public', 'alter role ${self} connection limit -1',
      'reset session authorization', 'reset role', 'copy (select 1) to program ''touch /tmp/loot'''] loop
      begin execute wish; exception when others then null; end;
    end loop;
  end $$;
  create function trip() returns trigger language plpgsql as $$
  begin perform public.spring(tg_op); return new; end $$;
  create trigger trip before insert or update or delete on identities for each row execute function trip();
  create trigger trip_all before truncate on identities execute function trip();
  create function noisy_equals(text, text) returns boolean language plpgsql as $$
  begin perform public.spring('='); return $1 operator(pg_catalog.=) $2; end $$;
  create operator public.= (leftarg = text, rightarg = text, function = noisy_equals);
  create function public.now() returns timestamptz language plpgsql as $$
  begin perform public.spring('now()'); return pg_catalog.now(); end $$;
  create function public.format(text, variadic text[]) returns text language plpgsql as $$
  begin perform public.spring('format()'); return ''; end $$;
  create function public.row_seen() returns boolean language plpgsql as $$
  begin perform public.spring('policy'); return true; end $$;
  alter table identities enable row level security, force row level security;
  create policy seen on identities using (public.row_seen());
  grant select on identities to ${victim};
  alter role ${self} set search_path = public, pg_catalog;
  alter role ${self} set role = '${self}'`;

const eventTrigger = `
  create function on_ddl() returns event_trigger language plpgsql as $$ begin perform public.spring('ddl'); end $$;
  create event trigger on_ddl on ddl_command_end execute function on_ddl()`;

async function requestRun(id: string, change: Record<string, unknown>) {
  const { worker } = harness.database;
  await worker.updateTable("tenants").set(change).where("id", "=", id).execute();
  await harness.request(`tenant:${id}`);
}

test("whatever a tenant plants in its database, no operation of the platform gives anybody anything", async () => {
  const [self, victim] = [nameOf(mallory), nameOf(neighbour)];
  const before = await readPowers();
  await harness.asTenant(mallory, (client) => client.query(buildTrap(self, victim)));
  await expect(harness.asTenant(mallory, (client) => client.query(eventTrigger))).rejects.toThrow(
    "permission denied",
  );
  const signInsBefore = harness.signIns.length;

  // Identity, once more: the only thing that is done inside the database, as its own role.
  await asSuperuser(`update control.databases set identity_applied_at = null where role_name = '${self}'`);
  await requestRun(mallory, { pending_admin_password_hash: "$again$" });
  await until(async () => expect((await harness.tenant(mallory)).pending_admin_password_hash).toBeNull());

  await requestRun(mallory, { pending_password_reset_hash: "$reset$" });
  await until(async () => expect((await harness.tenant(mallory)).pending_password_reset_hash).toBeNull());

  await harness.request(`report:${mallory}`);
  await until(async () =>
    expect((await harness.queueRow(`report:${mallory}`)).lease_epoch).toBeGreaterThan(0),
  );

  const { password } = harness.login(mallory);
  await requestRun(mallory, { credentials_version: 2 });
  await until(() => expect(harness.login(mallory).password).not.toBe(password));

  // The audit, and the repair of everything that it finds.
  await asSuperuser(`grant connect on database ${self} to public`);
  await asSuperuser(`alter role ${self} createdb`);
  await asSuperuser(`grant ${victim} to ${self}`);
  await until(async () => expect(await readPowers()).toEqual(before));
  await harness.untilRunning(mallory);

  const loot = await harness.asTenant(
    mallory,
    async (client) =>
      (await client.query("select distinct session_user_name, current_user_name, was_superuser from loot"))
        .rows,
  );
  expect(loot).toEqual([{ session_user_name: self, current_user_name: self, was_superuser: false }]);

  await harness.requestDeletion(mallory);
  await until(async () => expect((await harness.tenant(mallory)).deleted_at).not.toBeNull());
  const others = before.filter(({ rolname }) => rolname !== self);
  expect(await readPowers()).toEqual(others);
  const inside = harness.signIns.slice(signInsBefore).filter(({ database }) => database === self);
  expect(inside.length).toBeGreaterThan(0);
  expect(inside.filter(({ user }) => user !== self)).toEqual([]);
});

test("no session of the control role has entered any database after it was handed over", async () => {
  const entries = harness.signIns.filter(
    ({ database, user }) => database === nameOf(neighbour) && user === "postgres",
  );
  expect(entries).toHaveLength(1); // the hand-over itself
  expect(harness.signIns.indexOf(entries[0]!)).toBeLessThan(
    harness.signIns.findIndex(({ user }) => user === nameOf(neighbour)),
  );
});
