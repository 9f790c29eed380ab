import type { Resource } from "../kinds.ts";
import type { KubeObject } from "../object.ts";
import type { ObjectStore } from "../object-store.ts";

/** One write on its way into the store; `before` is absent for a creation. */
export interface Admission {
  store: ObjectStore;
  resource: Resource;
  object: KubeObject;
  before?: KubeObject | undefined;
}
