import type {
  KubernetesClient,
  KubernetesObject,
  ListResult,
  ResourceKind,
  WatchEvent,
  WatchOptions,
} from "../client/kubernetes-client.ts";

type Step = WatchEvent<KubernetesObject> | Error | "close";

/** One watch connection that a test drives from outside. */
export class ScriptedWatch {
  readonly #steps: Step[] = [];
  #wake: () => void = () => undefined;

  constructor(
    readonly options: WatchOptions,
    private readonly isMute: boolean,
  ) {
    options.signal?.addEventListener("abort", () => this.push(new Error("aborted")));
  }

  /** An event, an error that breaks the connection, or a clean close. */
  push(step: Step): void {
    this.#steps.push(step);
    this.#wake();
  }

  async *events(): AsyncGenerator<WatchEvent<KubernetesObject>> {
    if (!(this.#steps[0] instanceof Error) && !this.isMute) this.options.onOpen?.();
    for (;;) {
      const step = this.#steps.shift();
      if (step === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (step === "close") return;
      else if (step instanceof Error) throw step;
      else yield step;
    }
  }
}

/** Answers lists in the order given (the last one again and again) and hands its watches to the test. */
export class ScriptedClient implements Pick<KubernetesClient, "list" | "watch"> {
  readonly watches: ScriptedWatch[] = [];
  /** Thrown by the next watches, before they open. */
  readonly refusals: Error[] = [];
  lists = 0;
  /** The next watches are not answered. */
  isMute = false;

  constructor(private readonly results: (ListResult<KubernetesObject> | Error)[]) {}

  async list<T extends KubernetesObject>(): Promise<ListResult<T>> {
    const result = this.results[Math.min(this.lists, this.results.length - 1)];
    this.lists += 1;
    if (result instanceof Error || !result) throw result ?? new Error("no list was scripted");
    return result as ListResult<T>;
  }

  watch<T extends KubernetesObject>(
    _kind: ResourceKind,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const refusal = this.refusals.shift();
    const watch = new ScriptedWatch(options, this.isMute);
    this.watches.push(watch);
    if (refusal) watch.push(refusal);
    return watch.events() as AsyncIterable<WatchEvent<T>>;
  }

  get lastWatch(): ScriptedWatch {
    const last = this.watches.at(-1);
    if (!last) throw new Error("nothing is being watched");
    return last;
  }
}
