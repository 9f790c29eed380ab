import { randomInt, randomUUID } from "node:crypto";
import { checkClaimResize } from "./admission/claim-resize.ts";
import { checkLimitRanges } from "./admission/limit-range.ts";
import { mutateObject } from "./admission/mutate-object.ts";
import { checkPodSecurity } from "./admission/pod-security.ts";
import { checkQuotas } from "./admission/resource-quota.ts";
import { applyDefaults } from "./defaults/apply-defaults.ts";
import { type DeleteOptions, deletionOf } from "./deletion.ts";
import type { Resource } from "./kinds.ts";
import { fieldsIn, formatTime, isEqual, type KubeObject } from "./object.ts";
import type { Entry, ObjectStore } from "./object-store.ts";
import { type Manager, recordUpdate } from "./patch/managed-fields.ts";
import { initialStatus, restrictToSubresource } from "./prepare-object.ts";
import {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalid,
  invalidCause,
  notFound,
} from "./status-error.ts";
import { CHANGE_VALIDATORS } from "./validation/validate-change.ts";
import { validateFinalizers, validateMetadata } from "./validation/validate-metadata.ts";
import { SPEC_VALIDATORS } from "./validation/validate-spec.ts";

/** One write: of what, and by whom. */
export interface Call {
  resource: Resource;
  namespace?: string | undefined;
  name: string;
  manager: Manager;
  isDryRun?: boolean;
}

const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const randomSuffix = () =>
  Array.from({ length: 5 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]).join("");

/** Everything but what every write touches. */
function contentsOf({ metadata, ...rest }: KubeObject) {
  const { resourceVersion: _, managedFields = [], ...kept } = metadata;
  return { ...rest, metadata: kept, managedFields: managedFields.map(({ time: __, ...entry }) => entry) };
}

/** Reads and writes objects with all that the API server does around the store. */
export class Registry {
  constructor(
    readonly store: ObjectStore,
    readonly now: () => number,
  ) {}

  /** The object; throws 404. */
  get(resource: Resource, ref: { namespace?: string | undefined; name: string }): Entry {
    const entry = this.store.find(resource.storage, ref);
    if (!entry) throw notFound(resource, ref.name);
    return entry;
  }

  create(call: Call, body: KubeObject): KubeObject {
    const { resource } = call;
    const object = this.#identify(call, body);
    const { name, namespace } = object.metadata;
    this.#refuseMissingNamespace(resource, object);
    if (this.store.find(resource.storage, { namespace, name })) throw alreadyExists(resource, name);
    object.metadata.uid = randomUUID();
    applyDefaults(resource.storage, object);
    mutateObject({ store: this.store, resource, object });
    object.status = initialStatus(resource, object);
    if (object.status === undefined) delete object.status;
    object.metadata.creationTimestamp = formatTime(this.now());
    if (resource.hasGeneration) object.metadata.generation = 1;
    return this.#commit(call, undefined, object);
  }

  /** Changes an object by a function of its current state; `mayCreate` makes it when it is absent. */
  update(
    call: Call,
    change: (current: KubeObject | undefined) => KubeObject,
    { mayCreate = false } = {},
  ): KubeObject {
    const { resource, namespace, name } = call;
    const entry = this.store.find(resource.storage, { namespace, name });
    if (!entry) return this.#createMissing(call, change, mayCreate);
    const before = entry.object;
    const wanted = change(JSON.parse(entry.json));
    this.#refuseOtherIdentity(call, before, wanted);
    const after = restrictToSubresource(call, before, wanted);
    const {
      uid,
      creationTimestamp,
      generation,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      resourceVersion,
      managedFields,
    } = before.metadata;
    const kept = {
      uid,
      creationTimestamp,
      generation,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      resourceVersion,
    };
    after.metadata = {
      ...after.metadata,
      ...(JSON.parse(JSON.stringify(kept)) as typeof after.metadata),
      name: before.metadata.name,
    };
    if (namespace) after.metadata.namespace = namespace;
    if (!after.metadata.managedFields && managedFields) after.metadata.managedFields = managedFields;
    applyDefaults(resource.storage, after);
    mutateObject({ store: this.store, resource, object: after, before });
    if (resource.hasGeneration && !isEqual(before.spec, after.spec))
      after.metadata.generation = (generation ?? 0) + 1;
    return this.#commit(call, before, after);
  }

  /** Deletes, or marks as deleting while finalizers or a grace period hold it; `isGone` says which. */
  delete(call: Call, options: DeleteOptions = {}): { object: KubeObject; isGone: boolean } {
    const { resource, namespace, name } = call;
    const entry = this.get(resource, { namespace, name });
    const { object, isGone } = deletionOf({
      resource,
      object: JSON.parse(entry.json),
      options,
      nowMs: this.now(),
    });
    if (call.isDryRun) return { object, isGone };
    if (isGone) return { object: this.store.remove(resource.storage, entry.object), isGone };
    return {
      object: isEqual(contentsOf(entry.object), contentsOf(object))
        ? entry.object
        : this.store.put(resource.storage, object),
      isGone,
    };
  }

  #createMissing(call: Call, change: (current: undefined) => KubeObject, mayCreate: boolean): KubeObject {
    if (!mayCreate || call.manager.subresource) throw notFound(call.resource, call.name);
    const object = change(undefined);
    // A resourceVersion alone brings the object back, as on a real server; only a uid says which one was meant.
    const { resourceVersion: _, uid, ...metadata } = object.metadata;
    if (uid)
      throw conflict(
        call.resource,
        call.name,
        `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
      );
    return this.create(call, { ...object, metadata: { ...metadata, name: call.name } });
  }

  #identify(call: Call, body: KubeObject): KubeObject {
    const { resource } = call;
    if (body.metadata?.resourceVersion)
      throw badRequest("resourceVersion should not be set on objects to be created");
    const {
      deletionTimestamp: _,
      uid: __,
      generation: ___,
      creationTimestamp: ____,
      ...metadata
    } = body.metadata ?? {};
    const namespace = resource.isNamespaced ? call.namespace : undefined;
    if (namespace && metadata.namespace && metadata.namespace !== namespace) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace sent on the request",
      );
    }
    const name =
      metadata.name ||
      (metadata.generateName ? `${metadata.generateName.slice(0, 58)}${randomSuffix()}` : "");
    const { apiVersion, kind } = resource;
    return {
      ...structuredClone(body),
      apiVersion,
      kind,
      metadata: { ...structuredClone(metadata), name, ...(namespace && { namespace }) },
    };
  }

  #refuseMissingNamespace(resource: Resource, object: KubeObject): void {
    const { namespace, name } = object.metadata;
    if (!namespace) return;
    const found = this.store.find("namespaces", { name: namespace });
    if (!found)
      throw notFound({ ...resource, storage: "namespaces", plural: "namespaces", group: "" }, namespace);
    if (!found.object.metadata.deletionTimestamp) return;
    const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const cause = {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    };
    throw forbidden(resource, name, { message, causes: [cause] });
  }

  #refuseOtherIdentity(
    { resource, name, namespace, manager }: Call,
    before: KubeObject,
    wanted: KubeObject,
  ): void {
    const { metadata } = wanted;
    if (metadata.name && metadata.name !== name)
      throw badRequest(
        `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
      );
    if (metadata.namespace && namespace && metadata.namespace !== namespace) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace sent on the request",
      );
    }
    if (metadata.resourceVersion && metadata.resourceVersion !== before.metadata.resourceVersion)
      throw conflict(resource, name);
    if (metadata.uid && metadata.uid !== before.metadata.uid) {
      if (manager.operation === "Apply")
        throw invalid(resource, name, [invalidCause("metadata.uid", metadata.uid, "field is immutable")]);
      throw conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${before.metadata.uid}`,
      );
    }
  }

  #commit(call: Call, before: KubeObject | undefined, object: KubeObject): KubeObject {
    const { resource, manager } = call;
    const admission = { store: this.store, resource, object, before };
    if (manager.operation === "Update") {
      object.metadata.managedFields = recordUpdate(before ?? {}, object, { manager, now: this.now() });
    }
    this.#validate(resource, before, object);
    if (before && isEqual(contentsOf(before), contentsOf(object))) return before;
    checkPodSecurity(admission);
    checkClaimResize(admission);
    checkLimitRanges(admission);
    checkQuotas(admission);
    if (call.isDryRun) return object;
    const isReleased = object.metadata.deletionTimestamp && !isHeld(object);
    const stored = this.store.put(resource.storage, object);
    if (isReleased) this.store.remove(resource.storage, stored);
    return stored;
  }

  #validate(resource: Resource, before: KubeObject | undefined, object: KubeObject): void {
    const { storage } = resource;
    const causes = [
      ...validateMetadata(resource, object),
      ...(SPEC_VALIDATORS[storage]?.(fieldsIn(object.spec), object) ?? []),
      ...(before
        ? [...validateFinalizers(before, object), ...(CHANGE_VALIDATORS[storage]?.(before, object) ?? [])]
        : []),
    ];
    if (causes.length) throw invalid(resource, object.metadata.name, causes);
  }
}

/** Whether finalizers, or a pod's grace period, keep a deleting object. */
function isHeld(object: KubeObject): boolean {
  const { finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  const ofNamespace = object.kind === "Namespace" && fieldsIn(object.spec).finalizers;
  return (
    finalizers.length > 0 ||
    deletionGracePeriodSeconds > 0 ||
    (Array.isArray(ofNamespace) && ofNamespace.length > 0)
  );
}
