import type { ChangeBus, ChangeTopic } from "../core/ports.ts";

/** How a live view listens and reads. */
export interface LiveQueryOptions<T> {
  changes: ChangeBus;
  /** Asked at each change; also while the first `read` runs. */
  isRelevant(topic: ChangeTopic): boolean;
  /**
   * What to send next, or undefined for nothing. `changed` is absent at first and whenever changes may have
   * been missed: then everything is read.
   */
  read(changed: ReadonlySet<ChangeTopic> | undefined): Promise<{ value: T; isLast?: boolean } | undefined>;
}

/**
 * A snapshot, then what changed, read again at each wake-up; wake-ups during a read become one more read.
 * Not an async generator: its `return()` would wait for the next change.
 */
export const makeLiveQuery = <T>(options: LiveQueryOptions<T>): AsyncIterableIterator<T> =>
  new LiveQuery(options);

class LiveQuery<T> implements AsyncIterableIterator<T> {
  private changed = new Set<ChangeTopic>();
  private mustReadAll = true;
  private isDone = false;
  private wake = (): void => undefined;
  private readonly unsubscribe: () => void;

  constructor(private readonly options: LiveQueryOptions<T>) {
    this.unsubscribe = options.changes.subscribe((topic) => this.hear(topic));
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (!this.isDone) {
      if (!this.mustReadAll && this.changed.size === 0) await this.untilWoken();
      const result = await this.readChanges();
      if (result !== undefined && !this.isDone) {
        if (result.isLast) this.finish();
        return { done: false, value: result.value };
      }
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.finish();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private hear(topic: ChangeTopic | "reconnected"): void {
    if (topic === "reconnected") this.mustReadAll = true;
    else if (this.options.isRelevant(topic)) this.changed.add(topic);
    else return;
    this.wake();
  }

  private untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private async readChanges() {
    if (this.isDone) return undefined;
    const topics = this.mustReadAll ? undefined : this.changed;
    this.mustReadAll = false;
    this.changed = new Set();
    try {
      return await this.options.read(topics);
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  private finish(): void {
    this.isDone = true;
    this.unsubscribe();
    this.wake();
  }
}
