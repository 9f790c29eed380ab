import type { FetchPolicy, OperationVariables, TypedDocumentNode } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useState } from "react";

/** Must be constant outside the component: a new object subscribes anew. */
export interface LiveSource<TData, TVariables extends OperationVariables, TState> {
  document: TypedDocumentNode<TData, TVariables>;
  initial: TState;
  reduce(state: TState, data: TData): TState;
  /** `no-cache` by default: the reducer keeps the state, not the cache. */
  fetchPolicy?: FetchPolicy;
}

export interface Live<TState> {
  state: TState;
  /** False until the first message. */
  isReady: boolean;
  error: unknown;
  retry(): void;
}

const retryAfterMs = 2_000;

/**
 * Subscribes and folds every message, none skipped; after a reconnect the server begins with a snapshot.
 * A lost connection is tried again for good and shows in the live status; only the API's own errors come out here.
 */
export function useLiveReducer<TData, TVariables extends OperationVariables, TState>(
  source: LiveSource<TData, TVariables, TState>,
  variables: TVariables,
): Live<TState> {
  const client = useApolloClient();
  const [attempt, setAttempt] = useState(0);
  const [live, setLive] = useState(() => begin(source.initial));
  const variablesText = JSON.stringify(variables);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other variables begin anew
  useEffect(() => setLive(begin(source.initial)), [source, variablesText]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt subscribes anew
  useEffect(() => {
    const { document, reduce, fetchPolicy = "no-cache" } = source;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fail = (error: unknown) => {
      if (CombinedGraphQLErrors.is(error)) setLive((before) => ({ ...before, error }));
      else timer = setTimeout(retry, retryAfterMs);
    };
    const options = { query: document, variables: JSON.parse(variablesText) as TVariables, fetchPolicy };
    const subscription = client.subscribe<TData>(options as never).subscribe({
      next: ({ data, error }) => {
        if (error !== undefined) return fail(error);
        const fold = (state: TState) => reduce(state, data as TData);
        setLive((before) => ({ isReady: true, error: undefined, state: fold(before.state) }));
      },
      error: fail,
    });
    return () => {
      clearTimeout(timer);
      subscription.unsubscribe();
    };
  }, [client, source, variablesText, attempt]);

  return { ...live, retry };
}

function begin<TState>(state: TState): Omit<Live<TState>, "retry"> {
  return { state, isReady: false, error: undefined };
}
