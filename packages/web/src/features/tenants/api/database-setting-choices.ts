import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";
import type { DatabaseSettingChoicesQuery } from "../../../generated/graphql.ts";

const choicesQuery = graphql(`
  query DatabaseSettingChoices {
    databaseSettingChoices { name kind unit min max description }
  }
`);

export type SettingChoice = DatabaseSettingChoicesQuery["databaseSettingChoices"][number];

/** The safe list of PostgreSQL settings. */
export function useDatabaseSettingChoices() {
  return useQuery(choicesQuery);
}
