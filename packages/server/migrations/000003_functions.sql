-- What must look past the policies, each returning no more than its answer. Owned by a role with BYPASSRLS:
-- under FORCE ROW LEVEL SECURITY an ordinary owner sees nothing and would call every name free.
create function platform.slug_is_taken(wanted text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select from platform.tenants where slug = wanted and deleted_at is null)
$$;

-- The user's row, personal organization and membership, at first sight of a valid token.
create function platform.ensure_viewer(viewer_id uuid, viewer_email text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  personal uuid;
begin
  insert into platform.users as u (id, email) values (viewer_id, viewer_email)
    on conflict (id) do update set email = excluded.email where u.email <> excluded.email;
  insert into platform.organizations (name, personal_of)
    values (split_part(viewer_email, '@', 1), viewer_id) on conflict (personal_of) do nothing
    returning id into personal;
  if personal is not null then
    insert into platform.memberships (organization_id, user_id, role) values (personal, viewer_id, 'owner');
  end if;
end
$$;

create function platform.session_is_revoked(wanted uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select from platform.revoked_sessions where session_id = wanted)
$$;

create function platform.revoke_session(ended uuid, owner_id uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into platform.revoked_sessions (session_id, user_id) values (ended, owner_id) on conflict do nothing
$$;

-- The API's only way to the queue: makes a tenant's key due at once.
create function platform.request_reconcile(wanted text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if wanted !~ '^tenant:[0-9a-f-]{36}$' then
    raise exception 'the API may not request the key %', wanted using errcode = 'insufficient_privilege';
  end if;
  insert into platform.reconcile_queue as q (key, due_at, is_requested) values (wanted, now(), true)
    on conflict (key) do update set
      due_at = least(q.due_at, now()), revision = q.revision + 1, is_requested = true, attempts = 0;
end
$$;

do $$
declare
  name text;
begin
  execute 'grant create on schema platform to platform_definer';
  foreach name in array array['slug_is_taken(text)', 'ensure_viewer(uuid, text)', 'session_is_revoked(uuid)',
    'revoke_session(uuid, uuid)', 'request_reconcile(text)'] loop
    execute format('alter function platform.%s owner to platform_definer', name);
    execute format('revoke all on function platform.%s from public', name);
    execute format('grant execute on function platform.%s to platform_api, platform_worker', name);
  end loop;
  execute 'revoke create on schema platform from platform_definer';
end
$$;
