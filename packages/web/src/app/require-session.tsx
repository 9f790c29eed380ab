import { Navigate, Outlet, useLocation } from "react-router";
import { buildSignInPath } from "../lib/return-path.ts";
import { useSession } from "../lib/session/session-context.ts";

/** Pages for people who are signed in; others sign in first and come back. */
export function RequireSession() {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.status === "signed-in") return <Outlet />;
  const hasAsked = session.status === "signed-out" && session.cause === "asked";
  return <Navigate to={hasAsked ? "/sign-in" : buildSignInPath(pathname + search)} replace />;
}
