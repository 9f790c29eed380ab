import { Arg, Args, Authorized, Ctx, ID, Mutation, Query, Resolver, Root, Subscription } from "type-graphql";
import { decodeIdOf } from "../../graphql/global-id.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { watchTenantIsolation } from "./isolation-report.live.ts";
import type { TenantIsolationRow } from "./isolation-report.repository.ts";
import type { IsolationReportService } from "./isolation-report.service.ts";
import {
  FleetIsolation,
  FleetIsolationArgs,
  RunIsolationReportInput,
  RunIsolationReportPayload,
  TenantIsolation,
} from "./isolation-report.type.ts";

@Resolver()
export class IsolationReportResolver {
  constructor(private readonly reports: IsolationReportService) {}

  @Authorized()
  @Query(() => TenantIsolation, { nullable: true })
  isolationReport(
    @Ctx() context: RequestContext,
    @Arg("tenantId", () => ID) tenantId: string,
  ): Promise<TenantIsolation | null> {
    return this.reports.findOfTenant(context, decodeIdOf("Tenant", tenantId));
  }

  @Authorized("admin")
  @Query(() => FleetIsolation, { description: "For platform administrators." })
  fleetIsolationReport(
    @Ctx() context: RequestContext,
    @Args(() => FleetIsolationArgs) args: FleetIsolationArgs,
  ): Promise<FleetIsolation> {
    return this.reports.listFleet(context, args);
  }

  @Authorized()
  @Mutation(() => RunIsolationReportPayload, {
    description: "Has the report made; customers a few times an hour at most (RATE_LIMITED says when again).",
  })
  runIsolationReport(
    @Ctx() context: RequestContext,
    @Arg("input", () => RunIsolationReportInput) input: RunIsolationReportInput,
  ): Promise<RunIsolationReportPayload> {
    return this.reports.run(context, input);
  }

  @Authorized()
  @Subscription(() => TenantIsolation, {
    nullable: true,
    description: "A tenant's isolation report now, then again as it is made; null once the tenant is gone.",
    subscribe: ({ context, args }) => watchTenantIsolation(context, decodeIdOf("Tenant", args.tenantId)),
  })
  isolationReportProgress(
    @Ctx() context: RequestContext,
    @Root() row: TenantIsolationRow | null,
    @Arg("tenantId", () => ID) _tenantId: string,
  ): TenantIsolation | null {
    return row && this.reports.present(context, row);
  }
}
