import { ArgsType, Field, ID, InputType, Int } from "type-graphql";

@ArgsType()
export class OperationListArgs {
  @Field(() => Int, { defaultValue: 20 }) first!: number;
  @Field(() => String, { nullable: true }) after?: string | null;
}

@InputType()
class TenantOperationInput {
  @Field(() => ID) tenantId!: string;
  @Field(() => String, { nullable: true }) idempotencyKey?: string | null;
}

@InputType()
export class StartTenantInput extends TenantOperationInput {}

@InputType()
export class StopTenantInput extends TenantOperationInput {}

@InputType()
export class RestartTenantInput extends TenantOperationInput {}

@InputType()
export class ResetAdminPasswordInput extends TenantOperationInput {
  @Field(() => String) newPassword!: string;
}

@InputType()
export class RotateDatabaseCredentialsInput extends TenantOperationInput {}

@InputType()
export class ChangeTenantPlanInput extends TenantOperationInput {
  @Field(() => String) planCode!: string;
}

@InputType()
export class CancelOperationInput {
  @Field(() => ID) operationId!: string;
  @Field(() => String, { nullable: true }) idempotencyKey?: string | null;
}
