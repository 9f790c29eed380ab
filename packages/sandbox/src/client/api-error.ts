/** A Kubernetes API call that failed; `code` is the HTTP status (0 when no answer came). */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
  }
}

/** Whether an error is an {@link ApiError} with this HTTP status. */
export const isApiError = (error: unknown, code: number): error is ApiError =>
  error instanceof ApiError && error.code === code;

/** Reads a Kubernetes Status object out of a failed answer's body; anything else becomes the message. */
export const parseApiError = (code: number, text: string): ApiError => {
  try {
    const status = JSON.parse(text) as { kind?: string; reason?: string; message?: string; code?: number };
    if (status.kind === "Status") {
      return new ApiError(status.code ?? code, status.reason ?? "Unknown", status.message ?? `HTTP ${code}`);
    }
  } catch {
    // not JSON: fall through to the plain text
  }
  return new ApiError(code, "Unknown", text.slice(0, 500) || `HTTP ${code}`);
};
