import { AppError } from "../../../core/errors.ts";
import type { RequestContext } from "../../../graphql/request-context.ts";
import { findOperations } from "../../operation/operation.repository.ts";
import { type OperationConnection, toOperation } from "../../operation/operation.type.ts";
import { decodeCursor, encodeCursor } from "../tenant-cursor.ts";

const maxPageSize = 100;
const order = "CREATED_AT";

/** A page of what was asked of a tenant, the newest first. Throws BAD_USER_INPUT. */
export async function readHistory(
  context: RequestContext,
  tenantId: string,
  { first, after }: { first: number; after: string | null },
): Promise<OperationConnection> {
  if (first < 1 || first > maxPageSize) {
    throw new AppError("BAD_USER_INPUT", `\`first\` is a number from 1 to ${maxPageSize}.`);
  }
  const position = after === null ? undefined : decodeCursor(order, after);
  const rows = await context.inViewerScope((transaction) =>
    findOperations(transaction, tenantId, { limit: first + 1, after: position }),
  );
  const edges = rows.slice(0, first).map((row) => ({
    cursor: encodeCursor(order, { value: row.position, id: row.id }),
    node: { ...toOperation(row), requester: row.requester },
  }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: position !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
