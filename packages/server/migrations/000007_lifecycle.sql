-- What may be asked of a tenant after its creation, and what each request needs to be told, applied and taken back.
alter table platform.operations drop constraint operations_kind_check, drop constraint operations_state_check;
alter table platform.operations
  add constraint operations_kind_check check (kind in ('CREATE', 'DELETE', 'START', 'STOP', 'RESTART',
    'RESET_PASSWORD', 'CHANGE_PLAN', 'ROTATE_CREDENTIALS')),
  add constraint operations_state_check check (state in ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  -- What it changes and what was there before, as in {"planId": …, "previousPlanId": …}.
  add column details jsonb not null default '{}',
  -- Written by the reconciler before the first step that cannot be taken back.
  add column irreversible_since timestamptz;

alter table platform.tenants
  -- Goes into the pods' template: another value replaces the processes.
  add column restart_requested_at timestamptz,
  -- In the application's own form; waits here for the reconciler, which erases it when it is applied.
  add column pending_password_reset_hash text;

grant select (restart_requested_at) on platform.tenants to platform_api;
grant update (desired_run_state, plan_id, restart_requested_at, pending_password_reset_hash)
  on platform.tenants to platform_api;

-- Who asked for an operation, for those who share an organization with them; null for everybody else.
create function platform.find_requester(wanted uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select email from platform.users
  where id = wanted and (platform.app_is_admin() or id = platform.app_user_id() or exists (
    select from platform.memberships mine
    join platform.memberships theirs on theirs.organization_id = mine.organization_id
    where mine.user_id = platform.app_user_id() and theirs.user_id = wanted))
$$;

do $$
begin
  execute 'grant create on schema platform to platform_definer';
  execute 'alter function platform.find_requester(uuid) owner to platform_definer';
  execute 'revoke all on function platform.find_requester(uuid) from public';
  execute 'grant execute on function platform.find_requester(uuid) to platform_api, platform_worker';
  execute 'revoke create on schema platform from platform_definer';
end
$$;
