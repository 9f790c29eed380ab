import { rm } from "node:fs/promises";
import { type Condition, isApiError, type Pod, toTime } from "../client/index.ts";
import { type KubeletContext, podDirOf } from "./kubelet-context.ts";
import type { PodAddress } from "./pod-addresses.ts";
import { PodContainer, type RestartPolicy } from "./pod-container.ts";
import { buildPodStatus } from "./pod-status.ts";
import { makePodStatusWriter, type PodStatusWriter } from "./pod-status-writer.ts";

/** Runs one pod from the moment it is bound to the node until nothing of it is left. */
export class PodWorker {
  readonly initContainers: PodContainer[];
  readonly containers: PodContainer[];
  readonly #context: KubeletContext;
  readonly #status: PodStatusWriter;
  readonly #startTime: string;
  readonly #running: Promise<void>;
  #pod: Pod;
  #address: PodAddress | undefined;
  #ending: Promise<void> | undefined;
  #isLetGo = false;
  #conditions: Condition[] | undefined;

  constructor(context: KubeletContext, pod: Pod) {
    this.#context = context;
    this.#pod = pod;
    this.#startTime = pod.status?.startTime ?? toTime(Date.now());
    const { restartPolicy = "Always", initContainers = [], containers } = pod.spec;
    this.#status = makePodStatusWriter({ ...context, pod, build: () => this.#buildStatus() });
    const make = (isInit: boolean) => (container: Pod["spec"]["containers"][number]) => {
      const known = isInit ? pod.status?.initContainerStatuses : pod.status?.containerStatuses;
      const initPolicy: RestartPolicy = restartPolicy === "Never" ? "Never" : "OnFailure";
      return new PodContainer({
        ...{ context, container, getPod: () => this.#pod },
        restartPolicy: isInit ? initPolicy : restartPolicy,
        previous: known?.find(({ name }) => name === container.name),
        onChange: () => this.#status.publish(),
      });
    };
    this.initContainers = initContainers.map(make(true));
    this.containers = containers.map(make(false));
    this.#running = this.#run().catch((error: unknown) => {
      const message = `Failed to create pod sandbox: ${error instanceof Error ? error.message : error}`;
      context.log.error(message, { pod: `${pod.metadata.namespace}/${pod.metadata.name}` });
      context.events.record(pod, { type: "Warning", reason: "FailedCreatePodSandBox", message });
    });
    this.update(pod);
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Takes the pod's newest state; one that is marked for deletion is ended. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp) this.#ending ??= this.#end();
  }

  /** The pod is gone from the API: whatever is left of it goes at once. */
  async remove(): Promise<void> {
    this.#status.dispose();
    await this.stop(0);
    await this.#context.addresses.release(this.#pod);
    await rm(podDirOf(this.#context, this.#pod), { recursive: true, force: true });
  }

  /** Ends the processes and leaves the pod as it is, for the next run of the kubelet. */
  async letGo(): Promise<void> {
    this.#isLetGo = true;
    this.#status.dispose();
    await this.stop(3_000);
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all(
      [...this.initContainers, ...this.containers].map((container) => container.stop(graceMs)),
    );
    await this.#running;
  }

  async #run(): Promise<void> {
    const { phase } = this.#pod.status ?? {};
    if (phase === "Succeeded" || phase === "Failed" || this.#pod.metadata.deletionTimestamp) return;
    const address = await this.#context.addresses.allocate(this.#pod);
    this.#address = address;
    if (Object.keys(address.ports).length > 0) await this.#announcePorts(address);
    this.#status.publish();
    for (const container of this.initContainers) {
      await container.run(address);
      if (container.status.state?.terminated?.exitCode !== 0) return;
      container.status = { ...container.status, ready: true };
    }
    await Promise.all(this.containers.map((container) => container.run(address)));
    this.#status.publish();
  }

  async #announcePorts({ ports }: PodAddress): Promise<void> {
    const { namespace, name } = this.#pod.metadata;
    const annotations = { "sandbox.kubelet/ports": JSON.stringify(ports) };
    await this.#context.client.request("PATCH", `/api/v1/namespaces/${namespace}/pods/${name}`, {
      metadata: { annotations },
    });
  }

  async #end(): Promise<void> {
    const { metadata, spec } = this.#pod;
    const graceSeconds = metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
    await this.stop(graceSeconds * 1_000);
    // The whole kubelet ended meanwhile: the next one finishes this.
    if (this.#isLetGo) return;
    this.#status.publish();
    await this.#status.flush();
    this.#status.dispose();
    const { namespace, name, uid } = metadata;
    await this.#context.client
      .request("DELETE", `/api/v1/namespaces/${namespace}/pods/${name}`, {
        ...{ apiVersion: "v1", kind: "DeleteOptions" },
        gracePeriodSeconds: 0,
        preconditions: { uid },
      })
      .catch((error: unknown) => {
        if (isApiError(error, 404) || isApiError(error, 409)) return;
        this.#context.log.warn("A pod could not be deleted", {
          pod: `${namespace}/${name}`,
          error: String(error),
        });
        setTimeout(() => void this.#end(), 1_000).unref();
      });
  }

  #buildStatus() {
    const pod = this.#pod;
    const conditions = this.#conditions ?? pod.status?.conditions ?? [];
    const status = buildPodStatus(
      {
        pod,
        ...(this.#address ? { podIP: this.#address.ip } : {}),
        ...{ hostIP: this.#context.hostIP, startTime: this.#startTime, now: new Date() },
        initContainers: this.initContainers.map((container) => container.status),
        containers: this.containers.map((container) => container.status),
      },
      conditions,
    );
    this.#conditions = status.conditions;
    return status;
  }
}
