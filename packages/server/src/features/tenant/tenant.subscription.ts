import { Arg, Authorized, ID, Resolver, Root, Subscription } from "type-graphql";
import type { TenantUrls } from "../../core/tenant-urls.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import { TenantFilter } from "./tenant.input.ts";
import { type TenantRowsUpdate, watchTenant, watchTenants } from "./tenant.live.ts";
import { toTenant } from "./tenant.presenter.ts";
import type { TenantRow } from "./tenant.repository.ts";
import { toQueryFilter } from "./tenant.service.ts";
import { Tenant, TenantsUpdate } from "./tenant.type.ts";

@Resolver()
export class TenantSubscriptions {
  constructor(private readonly urls: TenantUrls) {}

  @Authorized()
  @Subscription(() => Tenant, {
    nullable: true,
    description: "The tenant now, then again after each change; null once it is gone.",
    subscribe: ({ context, args }) => watchTenant(context, decodeIdOf("Tenant", args.id)),
  })
  tenant(@Root() row: TenantRow | null, @Arg("id", () => ID) _id: string): Tenant | null {
    return row && toTenant(row, this.urls);
  }

  @Authorized()
  @Subscription(() => TenantsUpdate, {
    description: "A list of tenants, live.",
    subscribe: ({ context, args }) => watchTenants(context, toQueryFilter(args.filter)),
  })
  tenants(
    @Root() update: TenantRowsUpdate,
    @Arg("filter", () => TenantFilter, { nullable: true }) _filter: TenantFilter | null,
  ): TenantsUpdate {
    const changes = update.changes.map(({ type, row }) => ({ type, tenant: toTenant(row, this.urls) }));
    return { isSnapshot: update.isSnapshot, changes };
  }
}
