-- What was tried against a tenant's isolation, and what came of it.
create table platform.isolation_reports (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references platform.tenants (id),
  trigger text not null check (trigger in ('ON_DEMAND', 'SCHEDULE')),
  -- A customer's runs are limited, an administrator's and the schedule's are not.
  is_counted boolean not null default false,
  step text not null default 'QUEUED' check (step in ('QUEUED', 'CANARY', 'NETWORK', 'DATABASE', 'DONE')),
  verdict text check (verdict in ('PROVEN', 'BROKEN', 'NOT_ENFORCED', 'UNKNOWN')),
  -- Neighbours stand in the texts as {placeholders}; their names are in the table below.
  probes jsonb not null default '[]',
  requested_by uuid references platform.users (id),
  requested_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create unique index isolation_reports_under_way on platform.isolation_reports (tenant_id) where finished_at is null;
create index on platform.isolation_reports (tenant_id, requested_at desc);

-- Apart, so that no mistake in a query shows a customer whom else the platform serves.
create table platform.isolation_report_names (
  report_id uuid primary key references platform.isolation_reports (id) on delete cascade,
  names jsonb not null
);

-- One row: whether the cluster enforces network policies, and when somebody last wanted to know.
create table platform.network_canary (
  is_only boolean primary key default true check (is_only),
  wanted_at timestamptz,
  observed_at timestamptz,
  observation jsonb
);
insert into platform.network_canary default values;

grant select on platform.isolation_reports, platform.isolation_report_names to platform_api;
grant insert (id, tenant_id, trigger, is_counted, requested_by) on platform.isolation_reports to platform_api;

alter table platform.isolation_reports enable row level security, force row level security;
alter table platform.isolation_report_names enable row level security, force row level security;
alter table platform.network_canary enable row level security, force row level security;

create policy viewer_reads on platform.isolation_reports for select to platform_api
  using (exists (select from platform.tenants t where t.id = tenant_id));
create policy viewer_runs on platform.isolation_reports for insert to platform_api
  with check (requested_by = platform.app_user_id() and exists (
    select from platform.tenants t join platform.memberships m on m.organization_id = t.organization_id
    where t.id = tenant_id and m.user_id = platform.app_user_id() and m.role in ('owner', 'admin')));
create policy platform_admin on platform.isolation_reports for insert to platform_api
  with check (platform.app_is_admin());
create policy platform_admin on platform.isolation_report_names for select to platform_api
  using (platform.app_is_admin());

-- The API's way to have a report made: its key becomes due at once.
create function platform.request_report(wanted uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into platform.reconcile_queue as q (key, due_at, is_requested) values ('report:' || wanted, now(), true)
    on conflict (key) do update set
      due_at = least(q.due_at, now()), revision = q.revision + 1, is_requested = true, attempts = 0
$$;

do $$
begin
  execute 'grant create on schema platform to platform_definer';
  execute 'alter function platform.request_report(uuid) owner to platform_definer';
  execute 'revoke all on function platform.request_report(uuid) from public';
  execute 'grant execute on function platform.request_report(uuid) to platform_api, platform_worker';
  execute 'revoke create on schema platform from platform_definer';
end
$$;
