import { useMutation } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const overrideMutation = graphql(`
  mutation OverrideTenantStrategy($input: OverrideTenantStrategyInput!) {
    overrideTenantStrategy(input: $input) {
      tenant { id }
      userErrors { code field message }
    }
  }
`);

/** Records, as an administrator, where an instance's database should be, or takes that back. */
export function useOverrideStrategy() {
  return useMutation(overrideMutation);
}
