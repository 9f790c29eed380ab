import type { Viewer } from "../core/authentication.ts";
import { AppError } from "../core/errors.ts";
import type { ChangeBus, Database, DatabaseTransaction } from "../core/ports.ts";
import { withViewer } from "../database/pool.ts";

/** What every resolver gets: who asks, and the database as they may see it. */
export interface RequestContext {
  requestId: string;
  viewer: Viewer | undefined;
  /** Wake-ups for subscriptions. */
  changes: ChangeBus;
  /** One transaction under the viewer's row-level security; throws UNAUTHENTICATED without a viewer. */
  inViewerScope<T>(run: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
}

/** Builds the context of one request, or of one operation on a socket. */
export function makeRequestContext(
  { database, changes }: { database: Database; changes: ChangeBus },
  request: { requestId: string; viewer: Viewer | undefined },
): RequestContext {
  const context: RequestContext = {
    ...request,
    changes,
    inViewerScope: (run) => withViewer(database, getViewer(context), run),
  };
  return context;
}

/** The viewer; throws UNAUTHENTICATED when nobody is signed in. */
export function getViewer(context: RequestContext): Viewer {
  if (context.viewer === undefined) throw new AppError("UNAUTHENTICATED", "Sign in first.");
  return context.viewer;
}
