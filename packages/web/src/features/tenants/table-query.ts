import type { TenantFilter, TenantOrder, TenantOrderField, TenantState } from "../../generated/graphql.ts";
import { tenantStates } from "./tenant-state.ts";

export interface TableQuery {
  search: string;
  states: TenantState[];
  planCodes: string[];
  orderBy: { field: TenantOrderField; direction: "ASC" | "DESC" };
}

const fields: TenantOrderField[] = ["SLUG", "CREATED_AT", "STATE", "PLAN"];

/** What the address bar says about the table of all instances; unknown values are left out. */
export function readTableQuery(params: URLSearchParams): TableQuery {
  const [field, direction] = (params.get("sort") ?? "").split(":");
  const isKnown = fields.includes(field as TenantOrderField);
  return {
    search: params.get("search") ?? "",
    states: params
      .getAll("state")
      .filter((state): state is TenantState => tenantStates.includes(state as TenantState)),
    planCodes: params.getAll("plan"),
    orderBy: {
      field: isKnown ? (field as TenantOrderField) : "CREATED_AT",
      direction: isKnown && direction === "asc" ? "ASC" : "DESC",
    },
  };
}

/** The address that leads back to this view of the table; defaults leave no trace. */
export function writeTableQuery({ search, states, planCodes, orderBy }: TableQuery): URLSearchParams {
  const params = new URLSearchParams();
  if (search !== "") params.set("search", search);
  for (const state of states) params.append("state", state);
  for (const code of planCodes) params.append("plan", code);
  if (orderBy.field !== "CREATED_AT" || orderBy.direction !== "DESC") {
    params.set("sort", `${orderBy.field}:${orderBy.direction.toLowerCase()}`);
  }
  return params;
}

/** The query's variables; empty parts are absent, so that equal views share one cache entry. */
export function buildTableVariables(query: TableQuery): { filter: TenantFilter; orderBy: TenantOrder } {
  const filter: TenantFilter = {};
  if (query.search.trim() !== "") filter.search = query.search.trim();
  if (query.states.length > 0) filter.states = query.states;
  if (query.planCodes.length > 0) filter.planCodes = query.planCodes;
  return { filter, orderBy: query.orderBy };
}
