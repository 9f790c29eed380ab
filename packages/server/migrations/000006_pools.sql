-- Pools with what they may hold, what they hold and what was measured of them; a placement says why it is there.
alter table platform.database_servers drop constraint database_servers_state_check;
alter table platform.database_servers
  add constraint database_servers_state_check
    check (state in ('PREPARING', 'ACTIVE', 'CORDONED', 'DRAINING', 'FAILED')),
  -- What an administrator wants of a pool; `state` follows it while the server is well.
  add column desired_state text not null default 'ACTIVE' check (desired_state in ('ACTIVE', 'CORDONED', 'DRAINING')),
  add column removal_requested_at timestamptz,
  add column activated_at timestamptz, -- the first time it could take tenants
  add column unready_since timestamptz, -- null while the server accepts connections
  -- Size, fixed when it is made: another configuration concerns new servers only. Null: by the configuration.
  add column cpu_millicores int,
  add column memory_bytes bigint,
  add column storage_bytes bigint,
  -- Of a pool: the sum that the limits of its tenants' roles may reach.
  add column connection_budget int not null default 800,
  -- Kept by the trigger on placements, under this row's lock: nobody needs to count.
  add column used_tenants int not null default 0,
  add column used_connections int not null default 0,
  -- Template databases: [{name, version, bundle, state, message, since}].
  add column templates jsonb not null default '[]',
  -- Measured by the control session, all at `measured_at`.
  add column measured_at timestamptz,
  add column measured_connections int,
  add column measured_databases int,
  add column measured_bytes bigint,
  add column measured_load real, -- busy sessions per core, on average since the measurement before
  add column measured_active_ms double precision; -- the counter that the load is the difference of

update platform.database_servers set activated_at = created_at where state = 'ACTIVE';

alter table platform.placements
  add column connection_limit int, -- of the tenant's role: what it takes of its server's budget
  add column score real,
  add column reasons jsonb not null default '[]';
update platform.placements pl set connection_limit = p.connection_limit
  from platform.tenants t join platform.plans p on p.id = t.plan_id where t.id = pl.tenant_id;
alter table platform.placements alter column connection_limit set not null;

update platform.database_servers s set used_tenants = u.tenants, used_connections = u.connections
  from (select database_server_id, count(*) as tenants, sum(connection_limit) as connections
    from platform.placements group by 1) u
  where u.database_server_id = s.id;
update platform.database_servers set connection_budget = greatest(connection_budget, used_connections);
-- The last guard against overfilling; whoever places a tenant has asked before.
alter table platform.database_servers add constraint database_servers_not_overfilled check (
  kind <> 'SHARED' or (used_tenants <= max_tenants and used_connections <= connection_budget));
create index database_servers_active_pools on platform.database_servers (id)
  where kind = 'SHARED' and state = 'ACTIVE';

-- A placement that names no limit takes its plan's.
create function platform.fill_placement() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.connection_limit := coalesce(new.connection_limit, (select p.connection_limit
    from platform.tenants t join platform.plans p on p.id = t.plan_id where t.id = new.tenant_id));
  return new;
end
$$;
create trigger fill_placement before insert on platform.placements
  for each row execute function platform.fill_placement();

create function platform.count_placement() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    update platform.database_servers set used_tenants = used_tenants - 1,
      used_connections = used_connections - old.connection_limit where id = old.database_server_id;
  end if;
  if tg_op <> 'DELETE' then
    update platform.database_servers set used_tenants = used_tenants + 1,
      used_connections = used_connections + new.connection_limit where id = new.database_server_id;
  end if;
  return null;
end
$$;
create trigger count_placement after insert or delete or update of database_server_id, connection_limit
  on platform.placements for each row execute function platform.count_placement();

-- Another plan takes as many connections as it allows; refused where the pool's budget has no room for them.
create function platform.follow_plan() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update platform.placements pl set connection_limit = p.connection_limit from platform.plans p
    where p.id = new.plan_id and pl.tenant_id = new.id and pl.connection_limit <> p.connection_limit;
  return null;
end
$$;
create trigger follow_plan after update of plan_id on platform.tenants
  for each row when (old.plan_id <> new.plan_id) execute function platform.follow_plan();

-- A further pool, under the next free number, with its key due. For administrators and the worker.
create function platform.add_pool(max_tenants int, connection_budget int, cpu_millicores int, memory_bytes bigint,
  storage_bytes bigint) returns table (pool_id uuid, pool_name text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not platform.app_is_admin() and session_user = 'platform_api' then
    raise exception 'only platform administrators add pools' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('saas-kit:add-pool', 0));
  insert into platform.database_servers as s (kind, name, max_tenants, connection_budget, cpu_millicores,
      memory_bytes, storage_bytes)
    select 'SHARED', 'postgres-shared-' || coalesce(max(substring(known.name from '\d+$')::int), 0) + 1,
      add_pool.max_tenants, add_pool.connection_budget, add_pool.cpu_millicores, add_pool.memory_bytes,
      add_pool.storage_bytes
    from platform.database_servers known where known.kind = 'SHARED'
    returning s.id, s.name into pool_id, pool_name;
  perform platform.request_pool_reconcile('pool:' || pool_name);
  return next;
end
$$;

-- As request_reconcile, for the keys of pools.
create function platform.request_pool_reconcile(wanted text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (not platform.app_is_admin() and session_user = 'platform_api')
    or wanted !~ '^(pools|pool:postgres-shared-\d+)$' then
    raise exception 'the key % may not be requested', wanted using errcode = 'insufficient_privilege';
  end if;
  insert into platform.reconcile_queue as q (key, due_at, is_requested) values (wanted, now(), true)
    on conflict (key) do update set
      due_at = least(q.due_at, now()), revision = q.revision + 1, is_requested = true, attempts = 0;
end
$$;

-- Servers with all that is known of them, for administrators: the API's role reads a few columns of the table only.
create view platform.server_overview as
  select s.*, (select count(*)::int from platform.placements p join platform.tenants t on t.id = p.tenant_id
    where p.database_server_id = s.id and t.organization_id is null) as used_by_spares
  from platform.database_servers s where platform.app_is_admin();

-- An administrator says what he wants of a pool.
grant select (desired_state, removal_requested_at) on platform.database_servers to platform_api;
grant update (desired_state, state, state_message, removal_requested_at) on platform.database_servers to platform_api;
create policy platform_admin_changes on platform.database_servers for update to platform_api
  using (kind = 'SHARED' and platform.app_is_admin());

do $$
declare
  name text;
begin
  execute 'grant create on schema platform to platform_definer';
  foreach name in array array['fill_placement()', 'count_placement()', 'follow_plan()',
    'add_pool(int, int, int, bigint, bigint)', 'request_pool_reconcile(text)'] loop
    execute format('alter function platform.%s owner to platform_definer', name);
    execute format('revoke all on function platform.%s from public', name);
    execute format('grant execute on function platform.%s to platform_api, platform_worker', name);
  end loop;
  execute 'alter view platform.server_overview owner to platform_definer';
  execute 'revoke all on platform.server_overview from public';
  execute 'grant select on platform.server_overview to platform_api, platform_worker';
  execute 'revoke create on schema platform from platform_definer';
end
$$;
