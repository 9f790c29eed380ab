-- Desired and observed state of the platform. Rights and row-level security follow in 000002.
-- The migrator makes schema `platform` and the roles platform_api, platform_worker and platform_definer.

create table platform.users (
  id uuid primary key, -- Supabase's `sub`
  email text not null,
  created_at timestamptz not null default now()
);

create table platform.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  personal_of uuid unique references platform.users (id),
  created_at timestamptz not null default now()
);

create table platform.memberships (
  organization_id uuid not null references platform.organizations (id),
  user_id uuid not null references platform.users (id),
  role text not null check (role in ('owner', 'admin', 'billing', 'viewer')),
  primary key (organization_id, user_id)
);
create index on platform.memberships (user_id);

create table platform.plans (
  id uuid primary key default gen_random_uuid(),
  code text not null unique,
  name text not null,
  description text not null default '',
  position int not null,
  cpu_request_millicores int not null,
  cpu_limit_millicores int not null,
  memory_request_bytes bigint not null,
  memory_limit_bytes bigint not null,
  files_bytes bigint not null,
  database_bytes bigint not null,
  workers int not null,
  connection_limit int not null,
  strategy text not null check (strategy in ('SHARED', 'DEDICATED')),
  is_available boolean not null default true
);

create table platform.database_servers (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('SHARED', 'DEDICATED')),
  name text not null unique, -- namespace: postgres-shared-<n>
  state text not null default 'PREPARING' check (state in ('PREPARING', 'ACTIVE', 'FAILED')),
  state_message text not null default '',
  max_tenants int not null,
  conditions jsonb not null default '[]',
  created_at timestamptz not null default now()
);

create table platform.tenants (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references platform.organizations (id),
  slug text not null,
  name text not null,
  admin_email text not null,
  plan_id uuid not null references platform.plans (id),
  odoo_version text not null,
  bundle text not null default 'base',
  desired_run_state text not null default 'RUNNING' check (desired_run_state in ('RUNNING', 'STOPPED')),
  generation int not null default 1,
  -- In Odoo's own form; waits here for the reconciler, which erases it when it is applied.
  pending_admin_password_hash text,
  -- Written by the reconciler only:
  state text not null default 'PENDING'
    check (state in ('PENDING', 'PROVISIONING', 'RUNNING', 'STOPPED', 'DEGRADED', 'DELETING', 'FAILED')),
  state_message text not null default '',
  conditions jsonb not null default '[]',
  node_name text,
  observed_generation int not null default 0,
  observed_at timestamptz,
  status_epoch bigint not null default 0, -- epoch of the lease that wrote the status last
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deletion_requested_at timestamptz,
  deleted_at timestamptz -- a tombstone stays: a late worker's leftovers are still recognised
);
create unique index tenants_slug_alive on platform.tenants (slug) where deleted_at is null;
create index on platform.tenants (organization_id);
create index on platform.tenants (created_at, id);

create table platform.placements (
  tenant_id uuid primary key references platform.tenants (id),
  database_server_id uuid not null references platform.database_servers (id),
  strategy text not null check (strategy in ('SHARED', 'DEDICATED')),
  reason text not null,
  database_name text not null,
  role_name text not null,
  created_at timestamptz not null default now()
);
create index on platform.placements (database_server_id);

create table platform.operations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references platform.tenants (id),
  kind text not null check (kind in ('CREATE', 'DELETE')),
  state text not null default 'PENDING' check (state in ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED')),
  generation int not null, -- the tenant's generation this operation asked for
  error text,
  last_seq int not null default 0,
  requested_by uuid references platform.users (id),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index on platform.operations (tenant_id, created_at desc);

create table platform.operation_events (
  operation_id uuid not null references platform.operations (id),
  seq int not null, -- taken under the operation's row lock: a cursor never skips
  step text not null,
  state text not null check (state in ('RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED')),
  message text not null default '',
  at timestamptz not null default clock_timestamp(),
  primary key (operation_id, seq)
);

-- The queue of keys (`tenant:<id>`, `pool:<id>`, `pools`), with the semantics of Kubernetes' workqueue.
create table platform.reconcile_queue (
  key text primary key,
  due_at timestamptz not null default now(),
  -- Raised by every enqueue; a run that ends with an older value than it claimed runs again.
  revision bigint not null default 1,
  -- True when somebody asked for something: runs at once, whatever the back-off.
  is_requested boolean not null default false,
  attempts int not null default 0,
  last_error text,
  lease_epoch bigint not null default 0,
  lease_owner text,
  lease_until timestamptz
);
create index on platform.reconcile_queue (due_at);

create table platform.revoked_sessions (
  session_id uuid primary key, -- Supabase's `session_id` claim
  user_id uuid not null,
  revoked_at timestamptz not null default now()
);

create table platform.idempotency_keys (
  user_id uuid not null,
  mutation text not null,
  key text not null,
  input_hmac text not null,
  result jsonb not null, -- ids of what was made
  created_at timestamptz not null default now(),
  primary key (user_id, mutation, key)
);

create table platform.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  user_id uuid,
  organization_id uuid,
  action text not null,
  target text not null,
  details jsonb not null default '{}'
);
