-- What the platform found that it did not leave so, and what it found that belongs to nobody.
alter table platform.tenants
  -- Raised by whoever asks for new database credentials; the tenant's Secret says which version it holds.
  add column credentials_version int not null default 1;
grant select (credentials_version), update (credentials_version) on platform.tenants to platform_api;

create table platform.drift (
  id bigint generated always as identity primary key,
  database_server_id uuid not null references platform.database_servers (id) on delete cascade,
  tenant_id uuid references platform.tenants (id) on delete cascade, -- null: the server itself
  code text not null,
  subject text not null default '',
  found_at timestamptz not null default now(),
  ended_at timestamptz -- repaired, by the platform or by somebody else
);
create unique index drift_open on platform.drift (database_server_id, tenant_id, code, subject) nulls not distinct
  where ended_at is null;
create index on platform.drift (found_at desc);

create table platform.orphans (
  kind text not null check (kind in ('DATABASE', 'ROLE', 'VOLUME', 'NAMESPACE')),
  place text not null, -- a database server, or 'cluster'
  name text not null,
  tenant_id uuid, -- as its name tells; no row of tenants need exist
  reason text not null,
  first_seen_at timestamptz not null default now(),
  removable_at timestamptz, -- null: never by itself
  primary key (kind, place, name)
);

grant select, insert, update, delete on platform.drift, platform.orphans to platform_worker, platform_definer;
grant select on platform.drift, platform.orphans to platform_api;
alter table platform.drift enable row level security, force row level security;
alter table platform.orphans enable row level security, force row level security;
create policy platform_admin on platform.drift for select to platform_api using (platform.app_is_admin());
create policy platform_admin on platform.orphans for select to platform_api using (platform.app_is_admin());
