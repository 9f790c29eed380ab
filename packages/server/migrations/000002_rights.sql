-- Who may do what. platform_api sees what its policies show; platform_worker bypasses them.
grant usage on schema platform to platform_api, platform_worker, platform_definer;
grant select, insert, update, delete on all tables in schema platform to platform_worker, platform_definer;
alter default privileges in schema platform grant select, insert, update, delete on tables to platform_worker, platform_definer;

-- A reused connection holds '' where nothing was set in this transaction.
create function platform.app_user_id() returns uuid language sql stable
  return nullif(current_setting('app.user_id', true), '')::uuid;
create function platform.app_is_admin() returns boolean language sql stable
  return coalesce(current_setting('app.platform_role', true) = 'admin', false);

grant select on platform.plans, platform.users, platform.organizations, platform.memberships,
  platform.placements, platform.operations, platform.operation_events to platform_api;
grant select (id, kind, name, state) on platform.database_servers to platform_api;
-- Everything but the waiting password hash, which the API writes and never reads.
grant select (id, organization_id, slug, name, admin_email, plan_id, odoo_version, bundle, desired_run_state,
  generation, state, state_message, conditions, node_name, observed_generation, observed_at,
  created_at, updated_at, deletion_requested_at, deleted_at) on platform.tenants to platform_api;
grant insert on platform.tenants, platform.operations, platform.operation_events, platform.audit_log to platform_api;
grant update (generation, updated_at, deletion_requested_at) on platform.tenants to platform_api;
grant update (state, error, finished_at) on platform.operations to platform_api;
grant select, insert, update, delete on platform.idempotency_keys to platform_api;

alter table platform.users enable row level security, force row level security;
alter table platform.organizations enable row level security, force row level security;
alter table platform.memberships enable row level security, force row level security;
alter table platform.database_servers enable row level security, force row level security;
alter table platform.tenants enable row level security, force row level security;
alter table platform.placements enable row level security, force row level security;
alter table platform.operations enable row level security, force row level security;
alter table platform.operation_events enable row level security, force row level security;
alter table platform.revoked_sessions enable row level security, force row level security;
alter table platform.idempotency_keys enable row level security, force row level security;
alter table platform.audit_log enable row level security, force row level security;

create policy viewer on platform.users for select to platform_api
  using (id = platform.app_user_id());
create policy viewer on platform.memberships for select to platform_api
  using (user_id = platform.app_user_id());
create policy viewer on platform.organizations for select to platform_api
  using (id in (select organization_id from platform.memberships where user_id = platform.app_user_id()));

create policy viewer_reads on platform.tenants for select to platform_api
  using (organization_id in
    (select organization_id from platform.memberships where user_id = platform.app_user_id()));
create policy viewer_creates on platform.tenants for insert to platform_api
  with check (organization_id in (select organization_id from platform.memberships
    where user_id = platform.app_user_id() and role in ('owner', 'admin')));
create policy viewer_changes on platform.tenants for update to platform_api
  using (organization_id in (select organization_id from platform.memberships
    where user_id = platform.app_user_id() and role in ('owner', 'admin')));

-- What belongs to a tenant is seen by whoever sees the tenant (these subqueries run under its policies).
create policy viewer on platform.placements for select to platform_api
  using (exists (select from platform.tenants t where t.id = tenant_id));
create policy viewer on platform.database_servers for select to platform_api
  using (exists (select from platform.placements p where p.database_server_id = id));
create policy viewer on platform.operations for all to platform_api
  using (exists (select from platform.tenants t where t.id = tenant_id));
create policy viewer on platform.operation_events for all to platform_api
  using (exists (select from platform.operations o where o.id = operation_id));
create policy viewer on platform.idempotency_keys for all to platform_api
  using (user_id = platform.app_user_id());
create policy viewer on platform.audit_log for insert to platform_api
  with check (user_id = platform.app_user_id());

create policy platform_admin on platform.users for select to platform_api using (platform.app_is_admin());
create policy platform_admin on platform.memberships for select to platform_api using (platform.app_is_admin());
create policy platform_admin on platform.organizations for select to platform_api using (platform.app_is_admin());
create policy platform_admin on platform.database_servers for select to platform_api using (platform.app_is_admin());
create policy platform_admin on platform.tenants for all to platform_api using (platform.app_is_admin());
