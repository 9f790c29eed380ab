-- A warm spare is a tenant without an owner: ready, reached by no route, until a creation takes it.
alter table platform.tenants alter column organization_id drop not null;
alter table platform.tenants add column spare_image text; -- what its database was made with; null once it is taken
alter table platform.tenants add constraint tenants_spare_without_owner
  check ((organization_id is null) = (spare_image is not null));
create index tenants_spares on platform.tenants (plan_id, odoo_version, bundle)
  where organization_id is null and deleted_at is null;
grant select (spare_image) on platform.tenants to platform_api; -- shown to platform administrators, by their policy

-- The API sees no spares and changes none, except by taking one for an organization in which the viewer may create.
-- Spares that are locked or being reconciled are passed over: nobody waits, and no run writes over what is taken.
create function platform.take_spare(owner_id uuid, wanted_plan uuid, wanted_version text, wanted_bundle text,
  wanted_image text, new_slug text, new_name text, new_email text, password_hash text)
returns table (taken_id uuid, taken_generation int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  spare uuid;
begin
  if not platform.app_is_admin() and not exists (select from platform.memberships
    where organization_id = owner_id and user_id = platform.app_user_id() and role in ('owner', 'admin')) then
    raise exception 'the viewer may not create tenants there' using errcode = 'insufficient_privilege';
  end if;
  select t.id into spare
    from platform.tenants t
    join platform.reconcile_queue q on q.key = 'tenant:' || t.id
    join platform.placements p on p.tenant_id = t.id
    join platform.database_servers s on s.id = p.database_server_id
    where t.organization_id is null and t.deletion_requested_at is null and t.deleted_at is null
      and t.state = 'RUNNING' and t.spare_image = wanted_image and t.plan_id = wanted_plan
      and t.odoo_version = wanted_version and t.bundle = wanted_bundle
      and q.lease_owner is null and s.state = 'ACTIVE'
    order by t.created_at limit 1 for update of q, t skip locked;
  if spare is null then
    return;
  end if;
  return query update platform.tenants t set
      organization_id = owner_id, spare_image = null, slug = new_slug, name = new_name, admin_email = new_email,
      pending_admin_password_hash = password_hash, generation = t.generation + 1,
      state = 'PENDING', state_message = '', conditions = '[]', observed_at = null,
      created_at = now(), updated_at = now()
    where t.id = spare returning t.id, t.generation;
end
$$;

do $$
declare
  signature text := 'platform.take_spare(uuid, uuid, text, text, text, text, text, text, text)';
begin
  execute 'grant create on schema platform to platform_definer';
  execute format('alter function %s owner to platform_definer', signature);
  execute format('revoke all on function %s from public', signature);
  execute format('grant execute on function %s to platform_api', signature);
  execute 'revoke create on schema platform from platform_definer';
end
$$;
