import type { DesiredObject } from "../client/shapes.ts";
import { platformName } from "../tenant/labels.ts";
import type { ClusterSettings } from "./cluster-settings.ts";

/** The platform's rights in one namespace of its own; undefined where it has them everywhere. */
export function buildRoleBinding(
  namespace: DesiredObject,
  { ownRights, systemNamespace }: Pick<ClusterSettings, "ownRights" | "systemNamespace">,
): DesiredObject | undefined {
  if (!ownRights) return undefined;
  const { name, labels = {} } = namespace.metadata;
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: platformName, namespace: name, labels },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: ownRights.clusterRole },
    subjects: [{ kind: "ServiceAccount", name: ownRights.serviceAccount, namespace: systemNamespace }],
  };
}
