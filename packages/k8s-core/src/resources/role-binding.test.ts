import { expect, test } from "vitest";
import { buildNamespace } from "./namespace.ts";
import { buildRoleBinding } from "./role-binding.ts";

const namespace = buildNamespace({ name: "tenant-1", labels: { a: "b" } });

test("the platform's own rights are bound in the namespace, to its service account", () => {
  const binding = buildRoleBinding(namespace, {
    systemNamespace: "saas-system",
    ownRights: { clusterRole: "server-owned", serviceAccount: "server" },
  });
  expect(binding).toMatchObject({
    metadata: { namespace: "tenant-1", labels: { a: "b" } },
    roleRef: { kind: "ClusterRole", name: "server-owned" },
    subjects: [{ kind: "ServiceAccount", name: "server", namespace: "saas-system" }],
  });
});

test("nothing is bound where the rights hold everywhere", () => {
  expect(buildRoleBinding(namespace, { systemNamespace: "saas-system" })).toBeUndefined();
});
