import { graphql } from "../../../generated/gql.ts";
import type { WatchOperationSubscription } from "../../../generated/graphql.ts";
import { type LiveSource, useLiveReducer } from "../../../lib/api/use-live-reducer.ts";
import { mergeEvents, type TimelineEvent } from "../timeline.ts";

const document = graphql(`
  subscription WatchOperation($id: ID!) {
    operationTimeline(id: $id, afterSeq: 0) {
      operation {
        id kind state error summary plannedSteps canCancel cancelRefusal createdAt startedAt finishedAt
      }
      events { seq step state message at }
    }
  }
`);

export type WatchedOperation = WatchOperationSubscription["operationTimeline"]["operation"];

interface OperationWatch {
  operation: WatchedOperation | undefined;
  events: TimelineEvent[];
}

const source: LiveSource<WatchOperationSubscription, { id: string }, OperationWatch> = {
  document,
  initial: { operation: undefined, events: [] },
  reduce: ({ events }, { operationTimeline: update }) => ({
    operation: update.operation,
    events: mergeEvents(events, update.events),
  }),
};

/** An operation and its whole timeline, live. */
export function useWatchOperation(id: string) {
  return useLiveReducer(source, { id });
}
