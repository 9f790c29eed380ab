import { useMutation } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const addPoolMutation = graphql(`
  mutation AddPool($input: AddPoolInput!) {
    addPool(input: $input) { pool { id name } userErrors { code field message } }
  }
`);
const cordonPoolMutation = graphql(`
  mutation CordonPool($input: PoolInput!) {
    cordonPool(input: $input) { pool { id state } userErrors { code field message } }
  }
`);
const uncordonPoolMutation = graphql(`
  mutation UncordonPool($input: PoolInput!) {
    uncordonPool(input: $input) { pool { id state } userErrors { code field message } }
  }
`);
const drainPoolMutation = graphql(`
  mutation DrainPool($input: PoolInput!) {
    drainPool(input: $input) { pool { id state } userErrors { code field message } }
  }
`);
const removePoolMutation = graphql(`
  mutation RemovePool($input: RemovePoolInput!) {
    removePool(input: $input) { pool { id state } userErrors { code field message } }
  }
`);

/** A further shared server. */
export function useAddPool() {
  return useMutation(addPoolMutation);
}

/** What is wrong, in words; undefined when it is done. */
type Change = (poolId: string, confirmation?: string) => Promise<string | undefined>;

interface Payload {
  userErrors: readonly { message: string }[];
}
const messageOf = (payload: Payload | undefined): string | undefined => payload?.userErrors[0]?.message;

/** The changes of a pool that take a confirmation. */
export function usePoolChanges(): Record<PoolChangeKind, Change> {
  const [cordon] = useMutation(cordonPoolMutation);
  const [uncordon] = useMutation(uncordonPoolMutation);
  const [drain] = useMutation(drainPoolMutation);
  const [remove] = useMutation(removePoolMutation);
  const inputOf = (poolId: string) => ({ variables: { input: { poolId } } });
  return {
    cordon: async (poolId) => messageOf((await cordon(inputOf(poolId))).data?.cordonPool),
    uncordon: async (poolId) => messageOf((await uncordon(inputOf(poolId))).data?.uncordonPool),
    drain: async (poolId) => messageOf((await drain(inputOf(poolId))).data?.drainPool),
    remove: async (poolId, confirmation = "") =>
      messageOf((await remove({ variables: { input: { poolId, confirmation } } })).data?.removePool),
  };
}

export type PoolChangeKind = "cordon" | "uncordon" | "drain" | "remove";
