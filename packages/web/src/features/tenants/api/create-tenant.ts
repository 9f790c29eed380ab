import { useMutation } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const createTenantMutation = graphql(`
  mutation CreateTenant($input: CreateTenantInput!) {
    createTenant(input: $input) {
      tenant { id slug }
      userErrors { code field message }
    }
  }
`);

/** Orders a new instance; answers at once, the work is seen in the operation's timeline. */
export function useCreateTenant() {
  return useMutation(createTenantMutation);
}
