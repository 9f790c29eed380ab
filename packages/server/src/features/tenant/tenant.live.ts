import type { ChangeTopic, DatabaseTransaction } from "../../core/ports.ts";
import { makeLiveQuery } from "../../graphql/live-query.ts";
import { getViewer, type RequestContext } from "../../graphql/request-context.ts";
import {
  findTenant,
  findTenants,
  type TenantOrderBy,
  type TenantQueryFilter,
  type TenantRow,
} from "./tenant.repository.ts";

/** One tenant, again after each change; null, and the end, once it is gone or was never visible. */
export function watchTenant(
  context: RequestContext,
  uuid: string | undefined,
): AsyncIterableIterator<TenantRow | null> {
  return makeLiveQuery<TenantRow | null>({
    changes: context.changes,
    isRelevant: (topic) => topic === `tenant:${uuid}`,
    async read() {
      const row = uuid && (await context.inViewerScope((transaction) => findTenant(transaction, uuid)));
      return row ? { value: row } : { value: null, isLast: true };
    },
  });
}

export interface TenantRowChange {
  type: "ADDED" | "MODIFIED" | "DELETED";
  row: TenantRow;
}

export interface TenantRowsUpdate {
  isSnapshot: boolean;
  changes: TenantRowChange[];
}

/** What this list may be about: wake-ups of other tenants cost it nothing. */
interface Scope {
  isEverything: boolean;
  tenantIds: Set<string>;
  organizationIds: Set<string>;
}

const orderBy: TenantOrderBy = { field: "CREATED_AT", direction: "ASC" };

/** The viewer's tenants that match the filter, and what changes of them. */
export function watchTenants(
  context: RequestContext,
  filter: TenantQueryFilter,
): AsyncIterableIterator<TenantRowsUpdate> {
  const isAdmin = getViewer(context).platformRole === "admin";
  const shown = new Map<string, TenantRow>();
  let scope: Scope | undefined;

  const readAll = (): Promise<TenantRow[]> =>
    context.inViewerScope(async (transaction) => {
      scope = await readScope(transaction, isAdmin);
      return findTenants(transaction, { filter, orderBy });
    });
  const readSome = (ids: string[]): Promise<TenantRow[]> =>
    context.inViewerScope((transaction) => findTenants(transaction, { filter: { ...filter, ids }, orderBy }));

  return makeLiveQuery<TenantRowsUpdate>({
    changes: context.changes,
    isRelevant: (topic) => scope === undefined || isInScope(topic, scope),
    async read(changed) {
      const isSnapshot = scope === undefined;
      const ids = changed && findTenantIds(changed);
      const rows = ids === undefined ? await readAll() : await readSome(ids);
      const changes = applyRows(shown, rows, ids);
      return isSnapshot || changes.length > 0 ? { value: { isSnapshot, changes } } : undefined;
    },
  });
}

/** Tenants to read again; undefined when the whole list must be, because an organization's list changed. */
function findTenantIds(changed: ReadonlySet<ChangeTopic>): string[] | undefined {
  const topics = [...changed];
  if (topics.some((topic) => topic.startsWith("organization:"))) return undefined;
  return topics.filter((topic) => topic.startsWith("tenant:")).map((topic) => topic.slice("tenant:".length));
}

function isInScope(topic: ChangeTopic, { isEverything, tenantIds, organizationIds }: Scope): boolean {
  const [kind = "", id = ""] = topic.split(":");
  if (kind === "tenant") return isEverything || tenantIds.has(id);
  return kind === "organization" && organizationIds.has(id);
}

async function readScope(transaction: DatabaseTransaction, isAdmin: boolean): Promise<Scope> {
  if (isAdmin) return { isEverything: true, tenantIds: new Set(), organizationIds: new Set() };
  const organizations = await transaction.selectFrom("organizations").select("id").execute();
  const tenants = await transaction
    .selectFrom("tenants")
    .select("id")
    .where("deleted_at", "is", null)
    .execute();
  return {
    isEverything: false,
    tenantIds: new Set(tenants.map((row) => row.id)),
    organizationIds: new Set(organizations.map((row) => row.id)),
  };
}

/** Brings `shown` up to date with rows that were read for `ids` (absent: for all) and tells what changed. */
export function applyRows(
  shown: Map<string, TenantRow>,
  rows: TenantRow[],
  ids?: string[],
): TenantRowChange[] {
  const present = new Set(rows.map((row) => row.id));
  const gone = (ids ?? [...shown.keys()]).filter((id) => shown.has(id) && !present.has(id));
  // A tenant that was named may have changed in its pods only, which are not in the row.
  const changed = rows.filter(
    (row) => ids !== undefined || JSON.stringify(shown.get(row.id)) !== JSON.stringify(row),
  );
  const changes: TenantRowChange[] = [
    ...changed.map((row) => ({ type: shown.has(row.id) ? ("MODIFIED" as const) : ("ADDED" as const), row })),
    ...gone.map((id) => ({ type: "DELETED" as const, row: shown.get(id)! })),
  ];
  for (const row of rows) shown.set(row.id, row);
  for (const id of gone) shown.delete(id);
  return changes;
}
