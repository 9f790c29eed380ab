import {
  Arg,
  Args,
  Authorized,
  Ctx,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from "type-graphql";
import { decodeIdOf } from "../../graphql/global-id.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { PlacementPlan, PlacementPlanArgs } from "./placement-plan.type.ts";
import { type PlacementPlannerDeps, planPlacement } from "./plan-placement.ts";
import { AddPoolInput, PoolInput, RemovePoolInput } from "./pool.input.ts";
import { type PoolRowsUpdate, watchPools } from "./pool.live.ts";
import type { PoolService } from "./pool.service.ts";
import { Pool, PoolPayload, PoolsUpdate, PoolTenant, StrategyUsage } from "./pool.type.ts";

/** Shared servers, for platform administrators. */
@Resolver(() => Pool)
export class PoolResolver {
  constructor(
    private readonly service: PoolService,
    private readonly planner: PlacementPlannerDeps,
  ) {}

  @Authorized("admin")
  @Query(() => [Pool])
  pools(@Ctx() context: RequestContext): Promise<Pool[]> {
    return this.service.list(context);
  }

  @Authorized("admin")
  @Query(() => Pool, { nullable: true })
  pool(@Ctx() context: RequestContext, @Arg("id", () => ID) id: string): Promise<Pool | null> {
    return this.service.find(context, decodeIdOf("Pool", id));
  }

  @FieldResolver(() => [PoolTenant], { description: "Instances whose databases are in it." })
  tenants(@Ctx() context: RequestContext, @Root() pool: Pool): Promise<PoolTenant[]> {
    return this.service.findTenants(context, pool.uuid);
  }

  @Authorized("admin")
  @Query(() => [StrategyUsage], { description: "How instances are spread over the database strategies." })
  strategyUsage(@Ctx() context: RequestContext): Promise<StrategyUsage[]> {
    return this.service.readUsage(context);
  }

  @Authorized("admin")
  @Query(() => PlacementPlan, {
    description: "A dry run: where so many instances would go, and when a further pool would be made.",
  })
  placementPlan(
    @Ctx() context: RequestContext,
    @Args(() => PlacementPlanArgs) args: PlacementPlanArgs,
  ): Promise<PlacementPlan> {
    return planPlacement(this.planner, context, args);
  }

  @Authorized("admin")
  @Mutation(() => PoolPayload, { description: "A further pool, before the platform makes one by itself." })
  addPool(
    @Ctx() context: RequestContext,
    @Arg("input", () => AddPoolInput) input: AddPoolInput,
  ): Promise<PoolPayload> {
    return this.service.add(context, input);
  }

  @Authorized("admin")
  @Mutation(() => PoolPayload, { description: "It gets no new instances until it is uncordoned." })
  cordonPool(
    @Ctx() context: RequestContext,
    @Arg("input", () => PoolInput) { poolId }: PoolInput,
  ): Promise<PoolPayload> {
    return this.service.wish(context, poolId, "CORDONED");
  }

  @Authorized("admin")
  @Mutation(() => PoolPayload, { description: "Opens a cordoned or draining pool again." })
  uncordonPool(
    @Ctx() context: RequestContext,
    @Arg("input", () => PoolInput) { poolId }: PoolInput,
  ): Promise<PoolPayload> {
    return this.service.wish(context, poolId, "ACTIVE");
  }

  @Authorized("admin")
  @Mutation(() => PoolPayload, {
    description: "It gets no new instances, and its warm spares go; when it is empty it can be removed.",
  })
  drainPool(
    @Ctx() context: RequestContext,
    @Arg("input", () => PoolInput) { poolId }: PoolInput,
  ): Promise<PoolPayload> {
    return this.service.wish(context, poolId, "DRAINING");
  }

  @Authorized("admin")
  @Mutation(() => PoolPayload, {
    description: "Takes a drained, empty pool down for good, with its server and volume.",
  })
  removePool(
    @Ctx() context: RequestContext,
    @Arg("input", () => RemovePoolInput) input: RemovePoolInput,
  ): Promise<PoolPayload> {
    return this.service.remove(context, input);
  }

  @Authorized("admin")
  @Subscription(() => PoolsUpdate, {
    name: "pools",
    description: "The pools, live.",
    subscribe: ({ context }) => watchPools(context),
  })
  poolUpdates(@Root() update: PoolRowsUpdate): PoolsUpdate {
    const changes = update.changes.map(({ type, row }) => ({ type, pool: this.service.present(row) }));
    return { isSnapshot: update.isSnapshot, changes };
  }
}
