import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { Viewer } from "../../../core/authentication.ts";
import type { TenantUrls } from "../../../core/tenant-urls.ts";
import { getViewer, type RequestContext } from "../../../graphql/request-context.ts";
import { OperationConnection } from "../../operation/operation.type.ts";
import { answerMutation } from "../answer-mutation.ts";
import type { MutationResult, TenantMutationDeps } from "../create-tenant.ts";
import { Tenant, TenantOperationPayload, TenantPlanChoice } from "../tenant.type.ts";
import { cancelOperation } from "./cancel-operation.ts";
import { changeTenantPlan } from "./change-tenant-plan.ts";
import {
  CancelOperationInput,
  ChangeTenantPlanInput,
  OperationListArgs,
  ResetAdminPasswordInput,
  RestartTenantInput,
  RotateDatabaseCredentialsInput,
  StartTenantInput,
  StopTenantInput,
} from "./lifecycle.input.ts";
import {
  resetAdminPassword,
  restartTenant,
  rotateDatabaseCredentials,
  startTenant,
  stopTenant,
} from "./lifecycle-mutations.ts";
import { readHistory } from "./operation-history.ts";
import { readPlanChoices } from "./plan-choices.ts";

type LifecycleMutation<Input> = (
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: Input,
) => Promise<MutationResult>;

/** What is asked of a tenant after its creation. */
@Resolver(() => Tenant)
export class LifecycleResolver {
  constructor(private readonly deps: TenantMutationDeps & { urls: TenantUrls }) {}

  @FieldResolver(() => OperationConnection)
  operations(
    @Ctx() context: RequestContext,
    @Root() tenant: Tenant,
    @Args(() => OperationListArgs) { first, after }: OperationListArgs,
  ): Promise<OperationConnection> {
    return readHistory(context, tenant.uuid, { first, after: after ?? null });
  }

  @FieldResolver(() => [TenantPlanChoice], { description: "Every plan, for `changeTenantPlan`." })
  planChoices(@Ctx() context: RequestContext, @Root() tenant: Tenant): Promise<TenantPlanChoice[]> {
    return readPlanChoices(context, tenant.uuid, this.deps.strategyThresholds);
  }

  @Authorized()
  @Mutation(() => TenantOperationPayload)
  startTenant(
    @Ctx() context: RequestContext,
    @Arg("input", () => StartTenantInput) input: StartTenantInput,
  ): Promise<TenantOperationPayload> {
    return this.run(context, startTenant, input);
  }

  @Authorized()
  @Mutation(() => TenantOperationPayload)
  stopTenant(
    @Ctx() context: RequestContext,
    @Arg("input", () => StopTenantInput) input: StopTenantInput,
  ): Promise<TenantOperationPayload> {
    return this.run(context, stopTenant, input);
  }

  @Authorized()
  @Mutation(() => TenantOperationPayload)
  restartTenant(
    @Ctx() context: RequestContext,
    @Arg("input", () => RestartTenantInput) input: RestartTenantInput,
  ): Promise<TenantOperationPayload> {
    return this.run(context, restartTenant, input);
  }

  @Authorized()
  @Mutation(() => TenantOperationPayload, {
    description:
      "The password of the instance's administrator; whoever is signed in with the old one no longer is.",
  })
  resetAdminPassword(
    @Ctx() context: RequestContext,
    @Arg("input", () => ResetAdminPasswordInput) input: ResetAdminPasswordInput,
  ): Promise<TenantOperationPayload> {
    return this.run(context, resetAdminPassword, input);
  }

  @Authorized()
  @Mutation(() => TenantOperationPayload, {
    description: "The newest request wins; volumes grow but never shrink.",
  })
  changeTenantPlan(
    @Ctx() context: RequestContext,
    @Arg("input", () => ChangeTenantPlanInput) input: ChangeTenantPlanInput,
  ): Promise<TenantOperationPayload> {
    return this.run(context, changeTenantPlan, input);
  }

  @Authorized()
  @Mutation(() => TenantOperationPayload, {
    description: "Another password for the instance's database; its processes are replaced once.",
  })
  rotateDatabaseCredentials(
    @Ctx() context: RequestContext,
    @Arg("input", () => RotateDatabaseCredentialsInput) input: RotateDatabaseCredentialsInput,
  ): Promise<TenantOperationPayload> {
    return this.run(context, rotateDatabaseCredentials, input);
  }

  @Authorized()
  @Mutation(() => TenantOperationPayload, { description: "Takes an operation back where that is safe." })
  cancelOperation(
    @Ctx() context: RequestContext,
    @Arg("input", () => CancelOperationInput) input: CancelOperationInput,
  ): Promise<TenantOperationPayload> {
    return this.run(context, cancelOperation, input);
  }

  private run<Input>(context: RequestContext, mutation: LifecycleMutation<Input>, input: Input) {
    return answerMutation(context, mutation(this.deps, getViewer(context), input), this.deps.urls);
  }
}
