import { graphql } from "../../../generated/gql.ts";

/** Takes an operation back where that is safe. */
export const cancelOperation = graphql(`
  mutation CancelOperation($input: CancelOperationInput!) {
    cancelOperation(input: $input) {
      operation { id state }
      userErrors { message }
    }
  }
`);
