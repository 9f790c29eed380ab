import { AppError } from "../../core/errors.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import { makeLiveQuery } from "../../graphql/live-query.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { findOperation, readEvents } from "./operation.repository.ts";
import { type OperationUpdate, toOperation, toOperationEvent } from "./operation.type.ts";
import { isUnderWay } from "./operation-rules.ts";

/** An operation and its events from a cursor on, which never skips; ends after the operation's last event. */
export function watchOperation(
  context: RequestContext,
  { id, afterSeq }: { id: string; afterSeq: number },
): AsyncIterableIterator<OperationUpdate> {
  const uuid = decodeIdOf("Operation", id);
  let cursor = afterSeq;
  let lastState: string | undefined;

  const readRows = (operationId: string) =>
    context.inViewerScope(async (transaction) => ({
      // In this order: an operation seen as finished has all its events.
      operation: await findOperation(transaction, operationId),
      events: await readEvents(transaction, operationId, cursor),
    }));
  return makeLiveQuery<OperationUpdate>({
    changes: context.changes,
    isRelevant: (topic) => topic === `operation:${uuid}`,
    async read() {
      const { operation, events } = uuid === undefined ? {} : await readRows(uuid);
      if (operation === undefined || events === undefined) {
        throw new AppError("NOT_FOUND", "There is no such operation.");
      }
      const state = `${operation.state} ${operation.irreversible_since !== null}`;
      if (events.length === 0 && state === lastState) return undefined;
      cursor = events.at(-1)?.seq ?? cursor;
      lastState = state;
      const value = { operation: toOperation(operation), events: events.map(toOperationEvent) };
      return { value, isLast: !isUnderWay(operation) };
    },
  });
}
