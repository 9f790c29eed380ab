import { createHash, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ApiError, type Container, type ContainerStatus, type Pod, toTime } from "../client/index.ts";
import { parseQuantity } from "../client/quantity.ts";
import { ContainerFailure } from "../images/index.ts";
import { type ManagedProcess, makeContainerLogFile, type ProcessExit } from "../processes/index.ts";
import { type StartedContainer, startContainer } from "./container-start.ts";
import { ContainerWaiting } from "./container-waiting.ts";
import { type KubeletContext, logFileOf } from "./kubelet-context.ts";
import { awaitObjectChange } from "./object-change.ts";
import type { PodAddress } from "./pod-addresses.ts";
import { runInContainer } from "./probe-check.ts";
import { type ProbeListener, probeContainer } from "./prober.ts";
import { makeRestartBackoff } from "./restart-backoff.ts";

export type RestartPolicy = "Always" | "OnFailure" | "Never";

export interface PodContainerOptions {
  context: KubeletContext;
  /** The newest known state of the pod. */
  getPod(): Pod;
  container: Container;
  restartPolicy: RestartPolicy;
  /** What an earlier run of the kubelet reported. */
  previous: ContainerStatus | undefined;
  onChange(): void;
}

const mustRestart = (policy: RestartPolicy, exitCode: number): boolean =>
  policy === "Always" || (policy === "OnFailure" && exitCode !== 0);

// A process that ran when the kubelet ended has been ended too; how, nobody saw.
const recoverStatus = ({ container, previous }: PodContainerOptions): ContainerStatus => {
  const image = container.image ?? "";
  const base = {
    name: container.name,
    image,
    imageID: `${image.split("@")[0]}@sha256:${createHash("sha256").update(image).digest("hex")}`,
  };
  const { running, terminated } = previous?.state ?? {};
  const fresh = {
    ...base,
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason: "ContainerCreating" } },
  };
  if (!previous || !(running || terminated || previous.lastState?.terminated)) return fresh;
  const { containerID = "", restartCount } = previous;
  const lost = { exitCode: 255, reason: "Unknown", ...running, finishedAt: toTime(Date.now()), containerID };
  const state = running ? { terminated: lost } : (previous.state ?? {});
  const lastState = previous.lastState ? { lastState: previous.lastState } : {};
  return { ...base, ...lastState, state, containerID, restartCount, ready: false, started: false };
};

/** One container of a pod: starts it, probes it, starts it again as its policy says, and keeps its status. */
export class PodContainer {
  status: ContainerStatus;
  readonly name: string;
  readonly #options: PodContainerOptions;
  readonly #stopping = new AbortController();
  readonly #backoff = makeRestartBackoff();
  #attempt: number;
  #started: StartedContainer | undefined;
  #isOutOfMemory = false;

  constructor(options: PodContainerOptions) {
    this.#options = options;
    this.name = options.container.name;
    this.status = recoverStatus(options);
    this.#attempt = this.status.containerID ? this.status.restartCount : -1;
  }

  /** Its process, while it runs. */
  get process(): ManagedProcess | undefined {
    return this.#started?.process;
  }

  /** How often it has been started before this run (or the last one). */
  get attempt(): number {
    return Math.max(0, this.#attempt);
  }

  /** Whether it has ended and its policy starts it no more. */
  get isFinished(): boolean {
    const { terminated } = this.status.state ?? {};
    return terminated !== undefined && !mustRestart(this.#options.restartPolicy, terminated.exitCode);
  }

  /** Runs it until it is finished or stopped; `address` is the pod's. */
  async run(address: PodAddress): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted && !this.isFinished) {
      if (this.status.state?.terminated) await this.#awaitRestart();
      if (!signal.aborted) await this.#runOnce(address);
    }
  }

  /** Ends it for good: preStop, its stop signal, SIGKILL after the grace period. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const started = this.#started;
    if (!started) return;
    this.#record("Normal", "Killing", `Stopping container ${this.name}`);
    const deadline = Date.now() + graceMs;
    await this.#runPreStop(started, graceMs);
    await started.process.stop(Math.max(0, deadline - Date.now()));
  }

  /** Kills it when it uses more memory than its limit. */
  enforceMemoryLimit(): void {
    const limitBytes = parseQuantity(this.#options.container.resources?.limits?.memory);
    const process = this.process;
    if (!limitBytes || !process) return;
    if (this.#options.context.processes.usageOf(process.pid).memoryBytes <= limitBytes) return;
    this.#isOutOfMemory = true;
    process.kill();
  }

  async #runPreStop({ target }: StartedContainer, graceMs: number): Promise<void> {
    if (graceMs <= 0) return;
    const { exec, sleep } = this.#options.container.lifecycle?.preStop ?? {};
    if (sleep) await delay(Math.min(sleep.seconds * 1_000, graceMs));
    if (exec) await runInContainer(exec.command, target, graceMs).catch(() => undefined);
  }

  async #awaitRestart(): Promise<void> {
    const { terminated } = this.status.state ?? {};
    if (!terminated) return;
    const ranForMs = Date.parse(terminated.finishedAt ?? "") - Date.parse(terminated.startedAt ?? "");
    const waitMs = this.#backoff.nextDelayMs(ranForMs || 0);
    if (waitMs === 0) return;
    const { name, namespace, uid } = this.#options.getPod().metadata;
    const message = `back-off ${waitMs / 1_000}s restarting failed container=${this.name} pod=${name}_${namespace}(${uid})`;
    this.#set({ state: { waiting: { reason: "CrashLoopBackOff", message } }, lastState: { terminated } });
    this.#record(
      "Warning",
      "BackOff",
      `Back-off restarting failed container ${this.name} in pod ${name}_${namespace}(${uid})`,
    );
    await this.#pause(waitMs);
  }

  async #runOnce(address: PodAddress): Promise<void> {
    const { context, container, getPod } = this.#options;
    const attempt = this.#attempt + 1;
    try {
      this.#started = await startContainer(context, {
        ...{ pod: getPod(), container, address, attempt },
        signal: this.#stopping.signal,
        onWaiting: (message) => this.#set({ state: { waiting: { reason: "ContainerCreating", message } } }),
      });
    } catch (error) {
      if (!this.#stopping.signal.aborted) await this.#failStart(error, attempt);
      return;
    }
    this.#created(attempt);
    this.#isOutOfMemory = false;
    const { process } = this.#started;
    this.#set({ state: { running: { startedAt: toTime(process.startedAt.getTime()) } } });
    for (const event of this.#startEvents()) this.#record("Normal", ...event);
    // Asked to stop while it was starting.
    if (this.#stopping.signal.aborted) void process.stop(0);
    await this.#watch(this.#started);
  }

  #startEvents(): [reason: string, message: string][] {
    return [
      ["Pulled", `Container image "${this.status.image}" already present on machine`],
      ["Created", `Created container: ${this.name}`],
      ["Started", `Started container ${this.name}`],
    ];
  }

  async #watch(started: StartedContainer): Promise<void> {
    const { process, target } = started;
    const probing = new AbortController();
    const listener = this.#makeProbeListener(process);
    void probeContainer(this.#options.container, { target, listener, signal: probing.signal });
    const exit = await process.exited;
    probing.abort();
    const message = await started.lastWords(exit.exitCode);
    this.#started = undefined;
    this.#terminated(exit, process.startedAt, message === undefined ? {} : { message });
  }

  #makeProbeListener(process: ManagedProcess): ProbeListener {
    const set = (change: Partial<ContainerStatus>): void => {
      if (this.process === process) this.#set(change);
    };
    return {
      onStarted: () => set({ started: true }),
      onReady: (ready) => set({ ready }),
      onFailure: (kind, message) => this.#record("Warning", "Unhealthy", `${kind} probe failed: ${message}`),
      onDead: (kind) => {
        this.#record(
          "Normal",
          "Killing",
          `Container ${this.name} failed ${kind.toLowerCase()} probe, will be restarted`,
        );
        set({ ready: false });
        void process.stop((this.#options.getPod().spec.terminationGracePeriodSeconds ?? 30) * 1_000);
      },
    };
  }

  async #failStart(error: unknown, attempt: number): Promise<void> {
    if (error instanceof ContainerWaiting) return this.#awaitCause(error);
    if (error instanceof ApiError) return this.#pause(1_000);
    const message = error instanceof Error ? error.message : String(error);
    const { context, getPod } = this.#options;
    const log = makeContainerLogFile(logFileOf(context, getPod(), { container: this.name, attempt }));
    for (const line of message.split("\n")) log.write("stderr", line);
    await log.close();
    this.#created(attempt);
    const now = new Date();
    const exitCode = error instanceof ContainerFailure ? error.exitCode : 128;
    const reason = error instanceof ContainerFailure ? {} : { reason: "StartError", message };
    if (exitCode === 128) this.#record("Warning", "Failed", `Error: ${message}`);
    this.#terminated({ exitCode, finishedAt: now }, now, reason);
  }

  async #awaitCause({ reason, message, awaited }: ContainerWaiting): Promise<void> {
    this.#set({ state: { waiting: { reason, message } } });
    this.#record(
      "Warning",
      awaited && reason === "ContainerCreating" ? "FailedMount" : "Failed",
      `Error: ${message}`,
    );
    if (awaited) return awaitObjectChange(this.#options.context, awaited, this.#stopping.signal);
    await this.#pause(1_000);
    if (reason === "ErrImagePull") {
      const { image } = this.status;
      this.#set({
        state: {
          waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}": ${message}` },
        },
      });
      this.#record("Normal", "BackOff", `Back-off pulling image "${image}"`);
    }
    await this.#pause(60_000);
  }

  #created(attempt: number): void {
    const { terminated } = this.status.state ?? {};
    this.#attempt = attempt;
    this.#set({
      ...(terminated ? { lastState: { terminated } } : {}),
      restartCount: attempt,
      containerID: `sandbox://${randomBytes(32).toString("hex")}`,
      state: { waiting: { reason: "ContainerCreating" } },
    });
  }

  #terminated(exit: ProcessExit, startedAt: Date, more: { reason?: string; message?: string } = {}): void {
    const { exitCode, finishedAt } = exit;
    const reason = exitCode === 0 ? "Completed" : this.#isOutOfMemory ? "OOMKilled" : "Error";
    const { containerID = "" } = this.status;
    const times = { startedAt: toTime(startedAt.getTime()), finishedAt: toTime(finishedAt.getTime()) };
    this.#set({
      state: { terminated: { exitCode, reason, ...more, ...times, containerID } },
      ready: false,
      started: false,
    });
  }

  #pause(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }

  #record(type: "Normal" | "Warning", reason: string, message: string): void {
    const { context, getPod } = this.#options;
    context.events.record(getPod(), { type, reason, message, container: this.name });
  }

  #set(change: Partial<ContainerStatus>): void {
    this.status = { ...this.status, ...change };
    this.#options.onChange();
  }
}
