import { valueAt } from "../object.ts";
import { forbidden } from "../status-error.ts";
import type { Admission } from "./admission.ts";
import { milliOf } from "./quantity.ts";

/** Refuses with 403 to grow a claim whose storage class cannot grow volumes. */
export function checkClaimResize({ store, resource, object, before }: Admission): void {
  if (!before || resource.storage !== "persistentvolumeclaims") return;
  const path = "spec.resources.requests.storage";
  if (milliOf(valueAt(object, path)) <= milliOf(valueAt(before, path))) return;
  const className = valueAt(object, "spec.storageClassName");
  const storageClass = store
    .list("storageclasses.storage.k8s.io")
    .find((entry) => entry.object.metadata.name === className);
  if (storageClass?.object.allowVolumeExpansion === true) return;
  const message =
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
  throw forbidden(resource, object.metadata.name, { message });
}
