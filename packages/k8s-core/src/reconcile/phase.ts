/** How a phase, or a whole run, ends. Thrown errors mean retry with back-off, `TerminalError` means stop. */
export type Outcome = { kind: "done" } | { kind: "wait"; requeueAfterMs: number; reason: string };

export const done: Outcome = { kind: "done" };

/** Come back after `requeueAfterMs`, or sooner when a watch event of the key arrives. */
export const waitFor = (reason: string, requeueAfterMs: number): Outcome => ({
  kind: "wait",
  requeueAfterMs,
  reason,
});

/** Trying again cannot help; `reason` is a condition's CamelCase reason, the message says what to do. */
export class TerminalError extends Error {
  constructor(
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "TerminalError";
  }
}

/** One concern of a reconcile. Level-triggered: it compares and mends, whatever happened before. */
export interface Phase<Context> {
  name: string;
  run(context: Context): Promise<Outcome>;
}

/** Told as phases begin and end, to write a timeline. */
export interface PhaseObserver {
  started?(phase: string): Promise<void> | void;
  ended?(phase: string, outcome: Outcome): Promise<void> | void;
  failed?(phase: string, error: unknown): Promise<void> | void;
}
