import { useMutation } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const runReportMutation = graphql(`
  mutation RunIsolationReport($input: RunIsolationReportInput!) {
    runIsolationReport(input: $input) { report { id } userErrors { code field message } }
  }
`);

/** Has the report of an instance made. */
export function useRunReport() {
  return useMutation(runReportMutation);
}
