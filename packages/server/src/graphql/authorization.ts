import type { AuthCheckerFn } from "type-graphql";
import { AppError } from "../core/errors.ts";
import { getViewer, type RequestContext } from "./request-context.ts";

/** `@Authorized()`: somebody is signed in. `@Authorized("admin")`: a platform administrator is. */
export const authChecker: AuthCheckerFn<RequestContext, "admin"> = ({ context }, roles) => {
  const viewer = getViewer(context);
  if (roles.includes("admin") && viewer.platformRole !== "admin") {
    throw new AppError("FORBIDDEN", "This is for platform administrators.");
  }
  return true;
};
