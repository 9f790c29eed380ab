import type { HttpReply } from "../http-server.ts";

/** An error as Supabase Auth reports it: HTTP status, stable code, message; `details` are added to the body. */
export class AuthError extends Error {
  readonly status: number;
  readonly reason: { code: string; message: string; details?: Record<string, unknown> };

  constructor(status: number, reason: AuthError["reason"]) {
    super(reason.message);
    this.name = "AuthError";
    this.status = status;
    this.reason = reason;
  }
}

/** Shorthand for throwing one. */
export function refuse(status: number, code: string, message: string): never {
  throw new AuthError(status, { code, message });
}

/** The error in the form the client asked for: since API version 2024-01-01 `code` is the error's name. */
export function buildErrorReply(error: AuthError, apiVersion: string | undefined): HttpReply {
  const { code, message, details } = error.reason;
  if (apiVersion && apiVersion >= "2024-01-01") {
    return {
      status: error.status,
      headers: { "X-Supabase-Api-Version": "2024-01-01" },
      body: { code, message, ...details },
    };
  }
  return { status: error.status, body: { code: error.status, error_code: code, msg: message, ...details } };
}
