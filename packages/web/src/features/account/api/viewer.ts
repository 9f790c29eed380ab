import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const viewerQuery = graphql(`
  query Viewer {
    viewer { id email platformRole organizations { id name } }
  }
`);

/** The signed-in person, with organizations and platform role. */
export function useViewer() {
  return useQuery(viewerQuery);
}
