-- Where each tenant's database belongs and why, what that was decided from, and servers of a tenant's own.
alter table platform.plans
  -- Size of the tenant's own PostgreSQL server, when it gets one.
  add column server_cpu_millicores int not null default 1000,
  add column server_memory_bytes bigint not null default 2147483648;
update platform.plans set server_cpu_millicores = 2000, server_memory_bytes = 4294967296 where code = 'enterprise';
update platform.plans set is_available = true where strategy = 'DEDICATED';

alter table platform.tenants
  add column compliance text[] not null default '{}' check (compliance <@ array['HIPAA', 'SOX', 'PCI_DSS']),
  add column expected_database_bytes bigint,
  add column expected_concurrent_users int,
  add column database_settings jsonb not null default '{}', -- name → value; only for a server of its own
  -- The decision in force; null: the plan's. It changes in place only, until databases can be moved.
  add column strategy text check (strategy in ('SHARED', 'DEDICATED')),
  add column strategy_rule text check (strategy_rule in
    ('MANUAL_OVERRIDE', 'COMPLIANCE', 'PERFORMANCE', 'DATA_VOLUME', 'DATABASE_SETTINGS', 'PLAN')),
  add column strategy_reason text,
  add column strategy_decided_at timestamptz,
  -- What an administrator wants instead.
  add column strategy_override text check (strategy_override in ('SHARED', 'DEDICATED')),
  add column strategy_override_reason text,
  add column strategy_overridden_by uuid references platform.users (id),
  add column strategy_overridden_at timestamptz;

update platform.tenants t set
  strategy = p.strategy, strategy_rule = 'PLAN', strategy_decided_at = t.created_at,
  strategy_reason = case p.strategy when 'SHARED' then 'Shared, because the ' || p.name || ' plan uses a shared server.'
    else 'Dedicated, because the ' || p.name || ' plan brings a server of its own.' end
from platform.plans p where p.id = t.plan_id and t.organization_id is not null;

grant select (compliance, expected_database_bytes, expected_concurrent_users, database_settings, strategy,
  strategy_rule, strategy_reason, strategy_decided_at, strategy_override, strategy_override_reason,
  strategy_overridden_by, strategy_overridden_at) on platform.tenants to platform_api;

-- The API's only way to decide for a tenant, once, in the transaction that creates it (or takes a spare).
create function platform.record_strategy(tenant uuid, decided jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  override jsonb := nullif(decided -> 'override', 'null');
begin
  if not platform.app_is_admin() and (override is not null or not exists (
      select from platform.tenants t join platform.memberships m on m.organization_id = t.organization_id
      where t.id = tenant and m.user_id = platform.app_user_id() and m.role in ('owner', 'admin'))) then
    raise exception 'the viewer may not decide for this tenant' using errcode = 'insufficient_privilege';
  end if;
  update platform.tenants set
    compliance = array(select jsonb_array_elements_text(decided -> 'compliance')),
    expected_database_bytes = (decided ->> 'databaseBytes')::bigint,
    expected_concurrent_users = (decided ->> 'users')::int,
    database_settings = decided -> 'settings',
    strategy = decided ->> 'strategy',
    strategy_rule = decided ->> 'rule',
    strategy_reason = decided ->> 'reason',
    strategy_decided_at = now(),
    strategy_override = override ->> 'strategy',
    strategy_override_reason = override ->> 'reason',
    strategy_overridden_by = case when override is not null then platform.app_user_id() end,
    strategy_overridden_at = case when override is not null then now() end
  where id = tenant and strategy is null;
  if not found then
    raise exception 'a strategy was decided for this tenant before' using errcode = 'insufficient_privilege';
  end if;
end
$$;

-- The API's only way to change a decision: for platform administrators. `decided` is absent where nothing may change yet.
create function platform.override_strategy(tenant uuid, wanted text, why text, decided jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not platform.app_is_admin() then
    raise exception 'only an administrator may override a strategy' using errcode = 'insufficient_privilege';
  end if;
  update platform.tenants set
    strategy_override = wanted,
    strategy_override_reason = why,
    strategy_overridden_by = case when wanted is not null then platform.app_user_id() end,
    strategy_overridden_at = case when wanted is not null then now() end,
    updated_at = now()
  where id = tenant;
  if decided is not null then
    update platform.tenants set strategy = decided ->> 'strategy', strategy_rule = decided ->> 'rule',
      strategy_reason = decided ->> 'reason', strategy_decided_at = now()
    where id = tenant;
  end if;
end
$$;

do $$
declare
  name text;
begin
  execute 'grant create on schema platform to platform_definer';
  foreach name in array array['record_strategy(uuid, jsonb)', 'override_strategy(uuid, text, text, jsonb)'] loop
    execute format('alter function platform.%s owner to platform_definer', name);
    execute format('revoke all on function platform.%s from public', name);
    execute format('grant execute on function platform.%s to platform_api', name);
  end loop;
  execute 'revoke create on schema platform from platform_definer';
end
$$;
