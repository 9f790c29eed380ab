import type { KubernetesObject } from "../client/kubernetes-client.ts";

export interface ObjectKey {
  namespace?: string | undefined;
  name: string;
}

/** Objects of one kind by namespace and name; objects without a namespace live under "". */
export class ObjectStore<T extends KubernetesObject> {
  readonly #byNamespace = new Map<string, Map<string, T>>();

  find({ namespace = "", name }: ObjectKey): T | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  list(namespace?: string): T[] {
    if (namespace !== undefined) return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
    return [...this.#byNamespace.values()].flatMap((objects) => [...objects.values()]);
  }

  set(object: T): void {
    const { namespace = "", name } = object.metadata;
    const objects = this.#byNamespace.get(namespace) ?? new Map<string, T>();
    this.#byNamespace.set(namespace, objects.set(name, object));
  }

  delete({ namespace = "", name }: ObjectKey): void {
    const objects = this.#byNamespace.get(namespace);
    objects?.delete(name);
    if (objects?.size === 0) this.#byNamespace.delete(namespace);
  }
}
