/** What a probe tries; `expects` says when it need not try again. */
export interface ProbeTarget {
  name: string;
  kind: "tcp" | "http" | "postgres";
  host: string;
  port: number;
  /** For HTTP. */
  path?: string;
  expects: "ANSWER" | "DENIAL";
}

/** ANSWERED: the other side spoke (or, over bare TCP, accepted). Everything else is some kind of silence. */
export type ProbeOutcome = "ANSWERED" | "REFUSED" | "TIMED_OUT" | "UNREACHABLE" | "FAILED";

export interface ProbeResult {
  name: string;
  outcome: ProbeOutcome;
  /** A status line or an error's code. */
  detail: string;
  durationMs: number;
}

/** What a probe's pod leaves as its termination message. */
export interface ProbeFindings {
  /** A service account token is where Kubernetes mounts them. */
  hasToken: boolean;
  results: ProbeResult[];
}

/** Entry point in the platform's image. */
export const probeCommand = ["node", "server/src/probe/main.js"];
/** Where Kubernetes mounts a token, unless told not to. */
export const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount/token";
