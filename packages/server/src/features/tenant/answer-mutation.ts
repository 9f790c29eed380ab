import type { TenantUrls } from "../../core/tenant-urls.ts";
import { IdempotencyKeyReusedError } from "../../database/idempotency.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { findOperation } from "../operation/operation.repository.ts";
import { toOperation } from "../operation/operation.type.ts";
import type { MutationResult } from "./create-tenant.ts";
import { toTenant } from "./tenant.presenter.ts";
import { findTenant } from "./tenant.repository.ts";
import type { CreateTenantPayload } from "./tenant.type.ts";

/** The payload of a mutation on a tenant: what it made as the viewer sees it, or what is to be mended. */
export async function answerMutation(
  context: RequestContext,
  running: Promise<MutationResult>,
  urls: TenantUrls,
): Promise<CreateTenantPayload> {
  const result = await running.catch(toReusedKeyFault);
  if ("faults" in result) return { tenant: null, operation: null, userErrors: result.faults };
  const { tenantId, operationId } = result.ids;
  const [tenant, operation] = await context.inViewerScope(async (transaction) => [
    await findTenant(transaction, tenantId!),
    await findOperation(transaction, operationId!),
  ]);
  return {
    tenant: tenant ? toTenant(tenant, urls) : null,
    operation: operation ? toOperation(operation) : null,
    userErrors: [],
  };
}

function toReusedKeyFault(error: unknown): MutationResult {
  if (!(error instanceof IdempotencyKeyReusedError)) throw error;
  const message = "This key was used before with another input.";
  return { faults: [{ code: "IDEMPOTENCY_KEY_REUSED", field: "idempotencyKey", message }] };
}
