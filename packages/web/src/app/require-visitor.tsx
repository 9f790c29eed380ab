import { Navigate, Outlet, useLocation } from "react-router";
import { readReturnPath } from "../lib/return-path.ts";
import { useSession } from "../lib/session/session-context.ts";

/** Pages about signing in; whoever is signed in goes on to where he wanted to go. */
export function RequireVisitor() {
  const session = useSession();
  const { search } = useLocation();
  if (session.status === "signed-in") return <Navigate to={readReturnPath(search)} replace />;
  return <Outlet />;
}
