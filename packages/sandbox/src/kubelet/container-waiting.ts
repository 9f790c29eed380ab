/** A container that cannot start yet, in the words of its `state.waiting`. */
export class ContainerWaiting extends Error {
  readonly reason: string;
  /** The object whose appearance or change ends the waiting. */
  readonly awaited: { path: string; name: string; seenVersion?: string } | undefined;

  constructor(
    reason: string,
    message: string,
    awaited?: { path: string; name: string; seenVersion?: string },
  ) {
    super(message);
    this.name = "ContainerWaiting";
    this.reason = reason;
    this.awaited = awaited;
  }
}
