import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemNamespace } from "./installed-platform.ts";
import { type Testbed, testbedState } from "./testbed.ts";

/** The server as the API server knows it, and its roles. */
export const serverAccount = `system:serviceaccount:${systemNamespace}:saas-server`;
export const serverRoles = [`${systemNamespace}-saas-server`, `${systemNamespace}-saas-server-owned`];

interface AuditEvent {
  verb: string;
  user: { username: string };
  objectRef?: { apiGroup?: string; resource: string; subresource?: string };
  responseStatus?: { code: number };
}

/** What a user asked the API server for, as "verb group/resource"; a server-side apply that created counts as both. */
export async function readUsedRights(username: string): Promise<Set<string>> {
  const lines = (await readFile(join(testbedState(), "log/audit.log"), "utf8")).split("\n").filter(Boolean);
  const used = new Set<string>();
  for (const line of lines) {
    const { verb, user, objectRef, responseStatus } = JSON.parse(line) as AuditEvent;
    if (user.username !== username || objectRef === undefined) continue;
    const { apiGroup = "", resource, subresource } = objectRef;
    const target = `${apiGroup}/${resource}${subresource ? `/${subresource}` : ""}`;
    used.add(`${verb} ${target}`);
    if (verb === "patch" && responseStatus?.code === 201) used.add(`create ${target}`);
  }
  return used;
}

/** What ClusterRoles allow, written the same way. */
export async function readGrantedRights(testbed: Testbed, roles: string[]): Promise<Set<string>> {
  const rights = await Promise.all(
    roles.map(async (name) => {
      const { rules } = JSON.parse(await testbed.kubectl("get", "clusterrole", name, "-o", "json")) as Role;
      return rules.flatMap(expandRule);
    }),
  );
  return new Set(rights.flat());
}

interface Role {
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

function expandRule({ apiGroups, resources, verbs }: Role["rules"][number]): string[] {
  const targets = apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`));
  return targets.flatMap((target) => verbs.map((verb) => `${verb} ${target}`));
}
