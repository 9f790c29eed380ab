import { getResource, STORED_RESOURCES } from "../kinds.ts";
import { fieldsIn, type KubeObject } from "../object.ts";
import type { Change } from "../object-store.ts";
import type { Manager } from "../patch/managed-fields.ts";
import type { Call, Registry } from "../registry.ts";

const MANAGER: Manager = { name: "kube-controller-manager", operation: "Update", apiVersion: "v1" };
const NAMESPACED = STORED_RESOURCES.filter((resource) => resource.isNamespaced);

/** Gives new namespaces their ServiceAccount and root certificate, and empties those that are deleted. */
export class NamespaceLifecycle {
  readonly #registry: Registry;
  readonly #caPem: string;
  readonly #pending = new Set<string>();
  readonly #unsubscribe: () => void;
  #isDisposed = false;

  constructor(registry: Registry, caPem: string) {
    this.#registry = registry;
    this.#caPem = caPem;
    this.#unsubscribe = registry.store.subscribe("*", (change) => this.#observe(change));
    for (const { object } of registry.store.list("namespaces")) {
      if (object.metadata.deletionTimestamp) this.#schedule(object.metadata.name);
    }
  }

  dispose(): void {
    this.#unsubscribe();
    this.#isDisposed = true;
  }

  #observe({ storage, object, previous, isDeleted }: Change): void {
    if (storage === "namespaces") {
      if (!isDeleted && !previous) queueMicrotask(() => this.#populate(object.metadata.name));
      if (!isDeleted && object.metadata.deletionTimestamp) this.#schedule(object.metadata.name);
      return;
    }
    const { namespace } = object.metadata;
    if (!isDeleted || !namespace) return;
    const isTerminating = this.#registry.store.find("namespaces", { name: namespace })?.object.metadata
      .deletionTimestamp;
    if (isTerminating) this.#schedule(namespace);
  }

  #populate(namespace: string): void {
    const found = this.#registry.store.find("namespaces", { name: namespace });
    if (this.#isDisposed || !found || found.object.metadata.deletionTimestamp) return;
    const make = (storage: string, object: Omit<KubeObject, "apiVersion" | "kind">) => {
      const resource = getResource(storage);
      const { name } = object.metadata as { name: string };
      if (this.#registry.store.find(storage, { namespace, name })) return;
      const { apiVersion, kind } = resource;
      this.#registry.create({ resource, namespace, name, manager: MANAGER }, {
        ...object,
        apiVersion,
        kind,
      } as KubeObject);
    };
    make("serviceaccounts", { metadata: { name: "default" } });
    make("configmaps", { metadata: { name: "kube-root-ca.crt" }, data: { "ca.crt": this.#caPem } });
  }

  #schedule(namespace: string): void {
    if (this.#pending.has(namespace)) return;
    this.#pending.add(namespace);
    setImmediate(() => {
      this.#pending.delete(namespace);
      if (!this.#isDisposed) this.#empty(namespace);
    });
  }

  #empty(namespace: string): void {
    const { store } = this.#registry;
    if (!store.find("namespaces", { name: namespace })) return;
    for (const resource of NAMESPACED) {
      for (const { object } of store.list(resource.storage, namespace)) {
        if (object.metadata.deletionTimestamp) continue;
        this.#registry.delete(
          { resource, namespace, name: object.metadata.name, manager: MANAGER },
          { propagationPolicy: "Background" },
        );
      }
    }
    const isEmpty = NAMESPACED.every((resource) => store.list(resource.storage, namespace).length === 0);
    if (isEmpty) this.#finalize(namespace);
  }

  #finalize(name: string): void {
    const call: Call = {
      resource: getResource("namespaces"),
      name,
      manager: { ...MANAGER, subresource: "finalize" },
    };
    this.#registry.update(call, (current) => {
      const finalizers = fieldsIn(current!.spec).finalizers;
      const left = Array.isArray(finalizers) ? finalizers.filter((each) => each !== "kubernetes") : [];
      return { ...current!, spec: { ...fieldsIn(current!.spec), finalizers: left } };
    });
  }
}
