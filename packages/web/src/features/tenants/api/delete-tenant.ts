import { useMutation } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const deleteTenantMutation = graphql(`
  mutation DeleteTenant($input: DeleteTenantInput!) {
    deleteTenant(input: $input) {
      tenant { id state }
      userErrors { code field message }
    }
  }
`);

/** Orders the deletion of an instance with everything in it. */
export function useDeleteTenant() {
  return useMutation(deleteTenantMutation);
}
