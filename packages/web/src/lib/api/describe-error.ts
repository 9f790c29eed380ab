import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";

/** The `extensions.code` of the first GraphQL error, if there is one. */
export function readErrorCode(error: unknown): string | undefined {
  if (!CombinedGraphQLErrors.is(error)) return undefined;
  const code = error.errors[0]?.extensions?.code;
  return typeof code === "string" ? code : undefined;
}

/** True when the server does not accept this session (any more). */
export function isUnauthenticated(error: unknown): boolean {
  return readErrorCode(error) === "UNAUTHENTICATED" || (ServerError.is(error) && error.statusCode === 401);
}

/** Words for an unexpected failure of the API. */
export function describeError(error: unknown): string {
  const code = readErrorCode(error);
  if (code === "UNAUTHENTICATED") return "Your session has ended. Please sign in again.";
  if (code === "FORBIDDEN") return "You may not see this.";
  if (code === "NOT_FOUND") return "This does not exist, or is not yours.";
  if (CombinedGraphQLErrors.is(error) || ServerError.is(error)) {
    return "Something went wrong on our side. Please try again in a moment.";
  }
  return "The server cannot be reached. Check your connection and try again.";
}
