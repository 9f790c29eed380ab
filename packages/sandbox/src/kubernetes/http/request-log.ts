/** One finished request. */
export interface RequestRecord {
  username: string;
  userAgent: string;
  method: string;
  path: string;
  code: number;
  isWatch: boolean;
}

/** Counts requests for `/metrics` and tells a listener of each. */
export class RequestLog {
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<(record: RequestRecord) => void>();

  /** Calls back after every request; answers how to stop. */
  subscribe(listener: (record: RequestRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(record: RequestRecord): void {
    const verb = record.isWatch ? "WATCH" : record.method;
    const key = `verb="${verb}",user="${record.username}",code="${record.code}"`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    for (const listener of this.#listeners) listener(record);
  }

  /** Prometheus text. */
  format(): string {
    const lines = [...this.#counts].map(([labels, count]) => `apiserver_request_total{${labels}} ${count}`);
    return `# TYPE apiserver_request_total counter\n${lines.join("\n")}\n`;
  }
}
