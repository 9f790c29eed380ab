import { InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

/** Objects without an id of their own are merged into their tenant; connections grow page by page. */
export function makeCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      Query: { fields: { tenants: relayStylePagination(["filter", "orderBy"]) } },
      PodList: { merge: true },
      Placement: { merge: true },
    },
  });
}
