import {
  Arg,
  Args,
  Authorized,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { decodeIdOf } from "../../graphql/global-id.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { CreateTenantInput, DeleteTenantInput, TenantListArgs } from "./tenant.input.ts";
import type { TenantQueryFilter } from "./tenant.repository.ts";
import type { TenantService } from "./tenant.service.ts";
import {
  CreateTenantPayload,
  DeleteTenantPayload,
  PodList,
  SlugAvailability,
  Tenant,
  TenantConnection,
} from "./tenant.type.ts";

@Resolver(() => Tenant)
export class TenantResolver {
  constructor(private readonly tenants: TenantService) {}

  @Authorized()
  @Query(() => Tenant, { nullable: true })
  tenant(@Ctx() context: RequestContext, @Arg("id", () => ID) id: string): Promise<Tenant | null> {
    return this.tenants.find(context, decodeIdOf("Tenant", id));
  }

  @Authorized()
  @Query(() => SlugAvailability)
  slugAvailability(
    @Ctx() context: RequestContext,
    @Arg("slug", () => String) slug: string,
  ): Promise<SlugAvailability> {
    return this.tenants.checkSlug(context, slug);
  }

  @FieldResolver(() => PodList)
  pods(@Root() tenant: Tenant): PodList {
    return this.tenants.findPods(tenant.uuid);
  }

  @Authorized()
  @Mutation(() => CreateTenantPayload)
  createTenant(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateTenantInput) input: CreateTenantInput,
  ): Promise<CreateTenantPayload> {
    return this.tenants.create(context, input);
  }

  @Authorized()
  @Mutation(() => DeleteTenantPayload)
  deleteTenant(
    @Ctx() context: RequestContext,
    @Arg("input", () => DeleteTenantInput) input: DeleteTenantInput,
  ): Promise<DeleteTenantPayload> {
    return this.tenants.delete(context, input);
  }
}

@Resolver(() => TenantConnection)
export class TenantConnectionResolver {
  constructor(private readonly service: TenantService) {}

  @Authorized()
  @Query(() => TenantConnection)
  tenants(
    @Ctx() context: RequestContext,
    @Args(() => TenantListArgs) args: TenantListArgs,
  ): Promise<TenantConnection> {
    return this.service.list(context, args);
  }

  @FieldResolver(() => Int)
  totalCount(
    @Ctx() context: RequestContext,
    @Root() connection: { filter: TenantQueryFilter },
  ): Promise<number> {
    return this.service.count(context, connection.filter);
  }
}
