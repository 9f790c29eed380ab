/** Remembers when keys were touched; beyond `capacity` the longest untouched are forgotten. */
export class RecentKeys {
  private readonly touchedAtMs = new Map<string, number>();

  constructor(private readonly capacity: number) {}

  has(key: string): boolean {
    return this.touchedAtMs.has(key);
  }

  /** Marks the key unless it was marked less than `everyMs` ago; true when it did. */
  touch(key: string, nowMs: number, everyMs: number): boolean {
    const last = this.touchedAtMs.get(key);
    if (last !== undefined && nowMs - last < everyMs) return false;
    this.touchedAtMs.delete(key); // to move it to the end
    this.touchedAtMs.set(key, nowMs);
    if (this.touchedAtMs.size > this.capacity) {
      this.touchedAtMs.delete(this.touchedAtMs.keys().next().value!);
    }
    return true;
  }
}
