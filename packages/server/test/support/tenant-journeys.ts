import type { PlatformClient } from "./platform-client.ts";

export interface CreatedTenant {
  id: string;
  uuid: string;
  namespace: string;
  operationId: string;
}

export const adminLogin = { email: "owner@acme.example", password: "Correct-horse-7" };

const createMutation = `mutation ($input: CreateTenantInput!) {
  createTenant(input: $input) { tenant { id } operation { id } userErrors { code field message } }
}`;

/** Asks for an instance; throws when the platform refuses. */
export async function createTenant(
  client: PlatformClient,
  slug: string,
  wishes: Record<string, unknown> = {},
): Promise<CreatedTenant> {
  type Answer = {
    createTenant: {
      tenant: { id: string } | null;
      operation: { id: string };
      userErrors: { message: string }[];
    };
  };
  const { createTenant: payload } = await client.request<Answer>(createMutation, {
    input: {
      slug,
      adminEmail: adminLogin.email,
      adminPassword: adminLogin.password,
      planCode: "basic",
      ...wishes,
    },
  });
  if (payload.tenant === null) throw new Error(JSON.stringify(payload.userErrors));
  const uuid = Buffer.from(payload.tenant.id, "base64url").toString().split(":")[1]!;
  return { id: payload.tenant.id, uuid, namespace: `tenant-${uuid}`, operationId: payload.operation.id };
}

export const tenantState = { query: "subscription ($id: ID!) { tenant(id: $id) { state stateMessage } }" };

type StateMessage = { tenant: { state: string; stateMessage: string } | null };

export function untilState(
  client: PlatformClient,
  tenant: { id: string },
  options: { state: string; timeoutMs?: number },
) {
  return client.waitFor<StateMessage>(
    { ...tenantState, variables: { id: tenant.id } },
    (data) => data.tenant?.state === options.state,
    options.timeoutMs ?? 30_000,
  );
}

export async function untilGone(client: PlatformClient, tenant: { id: string }, timeoutMs = 30_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { tenant: found } = await client.request<StateMessage>(
      "query ($id: ID!) { tenant(id: $id) { state stateMessage } }",
      {
        id: tenant.id,
      },
    );
    if (found === null) return;
    if (Date.now() > deadline) throw new Error(`still there: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function deleteTenant(client: PlatformClient, tenant: { id: string }, slug: string) {
  return client.request<{
    deleteTenant: { operation: { id: string } | null; userErrors: { code: string }[] };
  }>(
    `mutation ($input: DeleteTenantInput!) {
      deleteTenant(input: $input) { operation { id } userErrors { code field message } }
    }`,
    { input: { tenantId: tenant.id, confirmation: slug } },
  );
}
