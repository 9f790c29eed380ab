import { getResource } from "../kinds.ts";
import type { KubeObject, OwnerReference } from "../object.ts";
import type { Change } from "../object-store.ts";
import type { Manager } from "../patch/managed-fields.ts";
import type { Call, Registry } from "../registry.ts";

const MANAGER: Manager = { name: "kube-controller-manager", operation: "Update", apiVersion: "v1" };

/** Deletes what its owners leave behind, and carries out Foreground and Orphan deletions. */
export class GarbageCollector {
  readonly #registry: Registry;
  readonly #queue = new Set<string>();
  readonly #unsubscribe: () => void;
  readonly #onError: (error: unknown) => void;
  #isScheduled = false;

  constructor(registry: Registry, onError: (error: unknown) => void) {
    this.#registry = registry;
    this.#onError = onError;
    this.#unsubscribe = registry.store.subscribe("*", (change) => this.#observe(change));
  }

  /** Looks at the object with this uid soon. */
  enqueue(uid: string | undefined): void {
    if (!uid) return;
    this.#queue.add(uid);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#run());
  }

  dispose(): void {
    this.#unsubscribe();
    this.#isScheduled = true;
    this.#queue.clear();
  }

  #observe({ object, previous, isDeleted }: Change): void {
    const { uid, ownerReferences = [], finalizers = [], deletionTimestamp } = object.metadata;
    if (isDeleted) {
      for (const { entry } of this.#registry.store.dependentsOf(uid ?? ""))
        this.enqueue(entry.object.metadata.uid);
      for (const owner of ownerReferences) this.enqueue(owner.uid);
    } else if (
      deletionTimestamp &&
      finalizers.some((name) => name === "foregroundDeletion" || name === "orphan")
    ) {
      this.enqueue(uid);
    } else if (ownerReferences.length && !previous) this.enqueue(uid);
  }

  #run(): void {
    this.#isScheduled = false;
    const batch = [...this.#queue];
    this.#queue.clear();
    for (const uid of batch) {
      try {
        this.#process(uid);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #process(uid: string): void {
    const found = this.#registry.store.findByUid(uid);
    if (!found) return;
    const { object } = found.entry;
    const { metadata } = object;
    const call = this.#callFor(found.storage, object);
    if (metadata.deletionTimestamp && metadata.finalizers?.includes("orphan")) this.#orphan(call, uid);
    else if (metadata.deletionTimestamp && metadata.finalizers?.includes("foregroundDeletion"))
      this.#deleteForeground(call, uid);
    else if (!metadata.deletionTimestamp && metadata.ownerReferences?.length) this.#collect(call, object);
  }

  /** Gone when all owners are gone; owners being deleted in the foreground take it along. */
  #collect(call: Call, object: KubeObject): void {
    const owners = (object.metadata.ownerReferences ?? []).map((reference) => this.#ownerState(reference));
    if (owners.includes("present")) return;
    const isForeground = owners.includes("deleting");
    this.#registry.delete(call, { propagationPolicy: isForeground ? "Foreground" : "Background" });
  }

  #ownerState(reference: OwnerReference): "present" | "deleting" | "absent" {
    const owner = this.#registry.store.findByUid(reference.uid)?.entry.object.metadata;
    if (!owner) return "absent";
    return owner.deletionTimestamp && owner.finalizers?.includes("foregroundDeletion")
      ? "deleting"
      : "present";
  }

  #deleteForeground(call: Call, uid: string): void {
    const dependents = this.#registry.store.dependentsOf(uid);
    const blocking = dependents.filter(({ entry }) =>
      entry.object.metadata.ownerReferences?.some((each) => each.uid === uid && each.blockOwnerDeletion),
    );
    for (const { entry } of dependents) this.enqueue(entry.object.metadata.uid);
    if (blocking.length === 0) this.#dropFinalizer(call, "foregroundDeletion");
  }

  #orphan(call: Call, uid: string): void {
    for (const { storage, entry } of this.#registry.store.dependentsOf(uid)) {
      this.#registry.update(this.#callFor(storage, entry.object), (current) => {
        const left = current!.metadata.ownerReferences?.filter((each) => each.uid !== uid) ?? [];
        const { ownerReferences: _, ...metadata } = current!.metadata;
        return { ...current!, metadata: { ...metadata, ...(left.length && { ownerReferences: left }) } };
      });
    }
    this.#dropFinalizer(call, "orphan");
  }

  #dropFinalizer(call: Call, name: string): void {
    this.#registry.update(call, (current) => {
      const finalizers = current!.metadata.finalizers?.filter((each) => each !== name) ?? [];
      return { ...current!, metadata: { ...current!.metadata, finalizers } };
    });
  }

  #callFor(storage: string, object: KubeObject): Call {
    const { namespace, name } = object.metadata;
    const resource = getResource(storage);
    return { resource, namespace, name, manager: { ...MANAGER, apiVersion: resource.apiVersion } };
  }
}
