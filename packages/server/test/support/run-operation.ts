import type { PlatformClient } from "./platform-client.ts";

interface Payload {
  operation: { id: string } | null;
  userErrors: { code: string; message: string }[];
}

interface Timeline {
  operationTimeline: { operation: { state: string; error: string | null } };
}

/** Sends one of the mutations on a tenant and waits until its operation has succeeded; throws when it is refused or fails. */
export async function runOperation(
  client: PlatformClient,
  mutation: string,
  { timeoutMs = 90_000, ...input }: { tenantId: string; timeoutMs?: number; [field: string]: unknown },
): Promise<void> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const { payload } = await client.request<{ payload: Payload }>(
    `mutation ($input: ${type}!) {
      payload: ${mutation}(input: $input) { operation { id } userErrors { code message } } }`,
    { input },
  );
  if (payload.operation === null) throw new Error(JSON.stringify(payload.userErrors));
  const query = "subscription ($id: ID!) { operationTimeline(id: $id) { operation { state error } } }";
  const variables = { id: payload.operation.id };
  const isOver = ({ operationTimeline: { operation } }: Timeline) =>
    !["PENDING", "RUNNING"].includes(operation.state);
  const { operationTimeline } = await client.waitFor<Timeline>({ query, variables }, isOver, timeoutMs);
  const { state, error } = operationTimeline.operation;
  if (state !== "SUCCEEDED") throw new Error(`${mutation}: ${state} ${error}`);
}
