import type { DeleteOptions } from "../deletion.ts";
import { fromEventView, toEventView } from "../event-view.ts";
import { getResource } from "../kinds.ts";
import { isFields, type KubeObject } from "../object.ts";
import type { Manager } from "../patch/managed-fields.ts";
import type { Call, Registry } from "../registry.ts";
import { badRequest, StatusError } from "../status-error.ts";
import { type Exchange, readBody, readJson, sendJson } from "./exchange.ts";
import { readPatch } from "./patch-body.ts";
import { selectEntries } from "./serve-reads.ts";
import type { Target } from "./target.ts";

const isView = (target: Target) => target.resource.apiVersion === "events.k8s.io/v1";

/** The writer as managedFields name it: the given field manager, or the program's name. */
export function managerOf(
  { request, query }: Exchange,
  target: Target,
  operation: Manager["operation"] = "Update",
): Manager {
  const agent = String(request.headers["user-agent"] ?? "").split("/")[0];
  const { subresource, resource } = target;
  const name = query.get("fieldManager") || agent || "unknown";
  return { name, operation, apiVersion: resource.apiVersion, ...(subresource && { subresource }) };
}

/** The registry's call for a request. */
export function callFor(exchange: Exchange, target: Target, operation?: Manager["operation"]): Call {
  const resource = isView(target) ? getResource("events") : target.resource;
  const { namespace, name = "" } = target;
  return {
    resource,
    namespace,
    name,
    manager: managerOf(exchange, target, operation),
    isDryRun: exchange.query.get("dryRun") === "All",
  };
}

/** The object in a request's body; throws 400 when it is of another kind. */
async function readObject({ request }: Exchange, target: Target): Promise<KubeObject> {
  const body = await readJson(request);
  if (!isFields(body)) throw badRequest("an object is expected in the body");
  const { apiVersion, kind } = target.resource;
  const object = {
    ...body,
    apiVersion: body.apiVersion ?? apiVersion,
    kind: body.kind ?? kind,
    metadata: body.metadata ?? {},
  } as KubeObject;
  if (object.apiVersion !== apiVersion || object.kind !== kind) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}, Kind=${object.kind}) does not match the expected API version (${apiVersion}, Kind=${kind})`,
    );
  }
  return isView(target) ? fromEventView(object) : object;
}

const shown = (target: Target, object: KubeObject) => (isView(target) ? toEventView(object) : object);

async function servePatch(exchange: Exchange, target: Target, registry: Registry): Promise<void> {
  const { request, query, response } = exchange;
  const patch = readPatch(
    await readBody(request),
    String(request.headers["content-type"] ?? ""),
    target.name!,
  );
  if (patch.isApply && !query.get("fieldManager")) {
    const message =
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch';
    throw new StatusError(422, "Invalid", { message });
  }
  const call = callFor(exchange, target, patch.isApply ? "Apply" : "Update");
  const by = { manager: call.manager, isForced: query.get("force") === "true", now: registry.now() };
  let isCreated = false;
  const object = registry.update(
    call,
    (current) => {
      isCreated = current === undefined;
      const changed = patch.change(current && shown(target, current), by);
      return isView(target) ? fromEventView(changed) : changed;
    },
    { mayCreate: patch.isApply },
  );
  sendJson(response, isCreated ? 201 : 200, shown(target, object));
}

async function readDeleteOptions({ request, query }: Exchange): Promise<DeleteOptions> {
  const body = await readJson(request);
  const options: DeleteOptions = isFields(body) ? { ...body } : {};
  const grace = query.get("gracePeriodSeconds");
  const policy = query.get("propagationPolicy") as DeleteOptions["propagationPolicy"] | null;
  if (grace !== null) options.gracePeriodSeconds = Number(grace);
  if (policy) options.propagationPolicy = policy;
  return options;
}

async function serveDelete(exchange: Exchange, target: Target, registry: Registry): Promise<void> {
  const { response, query } = exchange;
  const options = await readDeleteOptions(exchange);
  const call = {
    ...callFor(exchange, target),
    isDryRun: query.get("dryRun") === "All" || options.dryRun?.includes("All") === true,
  };
  if (target.name === undefined) {
    const entries = selectEntries(registry, target, query);
    const items = entries.map(
      ({ object }) =>
        registry.delete(
          { ...call, namespace: object.metadata.namespace, name: object.metadata.name },
          options,
        ).object,
    );
    const { kind, apiVersion } = target.resource;
    return sendJson(response, 200, {
      kind: `${kind}List`,
      apiVersion,
      metadata: { resourceVersion: String(registry.store.version) },
      items,
    });
  }
  const { object, isGone } = registry.delete(call, options);
  if (!isGone || target.resource.storage === "pods") return sendJson(response, 200, object);
  const { group, plural } = target.resource;
  const details = { name: target.name, ...(group && { group }), kind: plural, uid: object.metadata.uid };
  sendJson(response, 200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}

/** POST, PUT, PATCH and DELETE of a kind's objects, their status and a namespace's finalize. */
export async function serveWrite(exchange: Exchange, target: Target, registry: Registry): Promise<void> {
  const { method, response } = exchange;
  if (method === "DELETE") return serveDelete(exchange, target, registry);
  if (method === "PATCH" && target.name !== undefined) return servePatch(exchange, target, registry);
  if (method === "POST" && target.name === undefined) {
    const object = registry.create(callFor(exchange, target), await readObject(exchange, target));
    return sendJson(response, 201, shown(target, object));
  }
  if (method === "PUT" && target.name !== undefined) {
    const body = await readObject(exchange, target);
    return sendJson(
      response,
      200,
      shown(
        target,
        registry.update(callFor(exchange, target), () => body),
      ),
    );
  }
  const message = "the server does not allow this method on the requested resource";
  throw new StatusError(405, "MethodNotAllowed", { message });
}
