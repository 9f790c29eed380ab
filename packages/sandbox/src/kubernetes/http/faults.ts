import type { Socket } from "node:net";

/** Which requests a fault is meant for; left out: all. */
export interface FaultMatch {
  method?: string;
  /** Part of the path, e.g. `/deployments/`. */
  path?: string;
  username?: string;
}

export interface Fault {
  left: number;
  match: FaultMatch;
  /** `fail`: answered with the code, nothing is done. `lose`: done, but the connection breaks before the answer. */
  effect: { type: "fail"; code: number } | { type: "lose" } | { type: "delay"; ms: number };
}

/** Trouble on demand, for tests; reached through the object only, never over HTTP. */
export class Faults {
  readonly #faults: Fault[] = [];
  readonly #sockets = new Set<Socket>();
  isSilent = false;

  /** The next `count` matching requests are answered with the code (503, 429, 410, 500 …) and not carried out. */
  failNext(count: number, code = 503, match: FaultMatch = {}): void {
    this.#faults.push({ left: count, match, effect: { type: "fail", code } });
  }

  /** The next `count` matching requests are carried out, but their connections break before the answer. */
  loseNextAnswers(count: number, match: FaultMatch = {}): void {
    this.#faults.push({ left: count, match, effect: { type: "lose" } });
  }

  /** The next `count` matching requests wait before they are carried out. */
  delayNext(count: number, ms: number, match: FaultMatch = {}): void {
    this.#faults.push({ left: count, match, effect: { type: "delay", ms } });
  }

  /** Breaks every open connection, watches included. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Watches stay open but say nothing (what is missed stays missed) until it is switched off. */
  silenceWatches(isSilent: boolean): void {
    this.isSilent = isSilent;
  }

  clear(): void {
    this.#faults.length = 0;
    this.isSilent = false;
  }

  track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Takes the fault that is due for a request. */
  take(request: Required<FaultMatch>): Fault["effect"] | undefined {
    const index = this.#faults.findIndex(
      ({ match }) =>
        (match.method ?? request.method) === request.method &&
        request.path.includes(match.path ?? "") &&
        (match.username ?? request.username) === request.username,
    );
    const fault = this.#faults[index];
    if (!fault) return undefined;
    fault.left -= 1;
    if (fault.left <= 0) this.#faults.splice(index, 1);
    return fault.effect;
  }
}
