import { ErrorLink } from "@apollo/client/link/error";
import { defer, EMPTY, mergeMap } from "rxjs";
import { isUnauthenticated } from "./describe-error.ts";

export interface RefreshLinkOptions {
  refresh(): Promise<string | undefined>;
  onSessionEnded(): void;
}

/** An operation refused as UNAUTHENTICATED is tried once more with a new token; then the session is over. */
export function makeRefreshLink({ refresh, onSessionEnded }: RefreshLinkOptions): ErrorLink {
  return new ErrorLink(({ error, operation, forward }) => {
    if (!isUnauthenticated(error)) return;
    if (operation.getContext().isRetried === true) {
      onSessionEnded();
      return;
    }
    operation.setContext({ isRetried: true });
    return defer(refresh).pipe(
      mergeMap((token) => {
        if (token !== undefined) return forward(operation);
        onSessionEnded();
        return EMPTY;
      }),
    );
  });
}
