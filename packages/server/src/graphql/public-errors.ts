import { randomUUID } from "node:crypto";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { sqlStateOf } from "../database/pool.ts";

// PostgreSQL refuses a NUL in a text and dates that do not exist. Only a caller can send such values.
const unstorableCodes = new Set(["22021", "22P05", "22007", "22008"]);

/** What the caller is told of an error; what must stay inside is logged under an id. */
export function toPublicError(error: unknown, log: Log): GraphQLFormattedError {
  const graphqlError = error instanceof GraphQLError ? error : undefined;
  const cause = asCallersFault(findCause(error));
  const where = {
    ...(graphqlError?.path && { path: graphqlError.path }),
    ...(graphqlError?.locations && { locations: graphqlError.locations }),
  };
  if (cause instanceof AppError) {
    if (cause.code === "UNAVAILABLE") log.warn({ err: cause.cause ?? cause }, cause.message);
    return { message: cause.message, ...where, extensions: { code: cause.code } };
  }
  // A GraphQLError with no other cause is about the document or its variables.
  if (cause instanceof GraphQLError) {
    const code = graphqlError?.extensions.code ?? "BAD_USER_INPUT";
    return { message: cause.message, ...where, extensions: { code } };
  }
  const errorId = randomUUID();
  log.error({ err: cause, errorId, path: graphqlError?.path?.join(".") }, "a request failed unexpectedly");
  const message = `Something went wrong on our side (${errorId}).`;
  return { message, ...where, extensions: { code: "INTERNAL", errorId } };
}

function asCallersFault(cause: unknown): unknown {
  return unstorableCodes.has(sqlStateOf(cause) ?? "")
    ? new AppError("BAD_USER_INPUT", "A value contains characters that cannot be stored, or is out of range.")
    : cause;
}

function findCause(error: unknown): unknown {
  let current = error;
  while (current instanceof GraphQLError && current.originalError !== undefined)
    current = current.originalError;
  return current;
}
