interface StatusBody {
  message?: string;
  reason?: string;
  code?: number;
  details?: unknown;
}

const transientCodes = new Set([0, 429, 500, 502, 503, 504]);

/** What the Kubernetes API refused, or why it could not be reached (`code` 0). */
export class K8sError extends Error {
  readonly code: number;
  /** Kubernetes' reason (`Conflict`, `NotFound`, …) or the network's error code. */
  readonly reason: string;
  readonly details: unknown;

  constructor(status: StatusBody, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? "Kubernetes API error", options);
    this.name = "K8sError";
    this.code = status.code ?? 0;
    this.reason = status.reason ?? "Unknown";
    this.details = status.details;
  }

  get isNotFound(): boolean {
    return this.code === 404;
  }
  get isConflict(): boolean {
    return this.code === 409 && this.reason !== "AlreadyExists";
  }
  get isAlreadyExists(): boolean {
    return this.code === 409 && this.reason === "AlreadyExists";
  }
  get isForbidden(): boolean {
    return this.code === 403;
  }
  /** The requested resourceVersion is too old: list again. */
  get isGone(): boolean {
    return this.code === 410;
  }
  /** Worth trying again as it is. */
  get isTransient(): boolean {
    return transientCodes.has(this.code);
  }

  /** From the body of a refused request, which is a `Status` unless a proxy wrote it. */
  static fromResponse(code: number, body: string): K8sError {
    try {
      const status = JSON.parse(body) as StatusBody;
      return new K8sError({ ...status, code });
    } catch {
      return new K8sError({ code, message: body.slice(0, 500) || `HTTP ${code}` });
    }
  }

  /** From an error of the connection. */
  static fromNetwork(error: unknown): K8sError {
    if (error instanceof K8sError) return error;
    const { code, message, name } = error as { code?: unknown; message?: string; name?: string };
    const reason = typeof code === "string" ? code : (name ?? "NetworkError");
    return new K8sError({ code: 0, reason, message: message ?? String(error) }, { cause: error });
  }
}
