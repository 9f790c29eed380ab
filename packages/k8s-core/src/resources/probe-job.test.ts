import { expect, it } from "vitest";
import { labelKeys } from "../tenant/labels.ts";
import { sampleTenantInput } from "../testing/samples.ts";
import { buildAdmissionSample, buildProbeJob } from "./probe-job.ts";
import { parseQuantity } from "./quantities.ts";
import { buildTenantObjects } from "./tenant-objects.ts";

const input = sampleTenantInput();
const { id } = input.tenant;
const { isolation, workload, route } = buildTenantObjects(input);

interface Template {
  metadata: { labels: Record<string, string> };
  spec: {
    [field: string]: unknown;
    containers: {
      resources: Record<"requests" | "limits", Record<string, string>>;
      securityContext: unknown;
    }[];
  };
}

function buildTemplate(): Template {
  const names = { namespace: `tenant-${id}`, name: "probe-1", probe: id, tenantId: id };
  const job = buildProbeJob({ ...names, image: "kit:1", command: ["node"], args: [] });
  return (job.spec as { template: Template }).template;
}

type Labels = Record<string, string>;
interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}
const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector) => {
  const { labels } = buildTemplate().metadata;
  const isIn = ({ key, operator, values }: { key: string; operator: string; values: string[] }) =>
    operator === "In" && values.includes(labels[key] ?? "");
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(isIn)
  );
};

it("stands under every network policy that holds for the tenant's egress", () => {
  const policies = isolation.filter(({ kind }) => kind === "NetworkPolicy");
  const egress = policies
    .map(({ spec }) => spec as { podSelector: Selector; policyTypes: string[] })
    .filter(({ policyTypes }) => policyTypes.includes("Egress"));
  expect(egress.length).toBeGreaterThan(3);
  for (const { podSelector } of egress) expect(selects(podSelector)).toBe(true);
});

it("is served by no Service and adopted by no ReplicaSet", () => {
  const services = [...workload, ...route].filter(({ kind }) => kind === "Service");
  expect(services.length).toBe(2);
  for (const { spec } of services)
    expect(selects({ matchLabels: (spec as { selector: Labels }).selector })).toBe(false);
  const deployment = workload.find(({ kind }) => kind === "Deployment")!;
  expect(selects((deployment.spec as { selector: Selector }).selector)).toBe(false);
});

it("has room in the quota beside two pods of the instance, and fits the limit range", () => {
  const { hard } = isolation.find(({ kind }) => kind === "ResourceQuota")!.spec as { hard: Labels };
  const probe = buildTemplate().spec.containers[0]!.resources;
  const deployment = workload.find(({ kind }) => kind === "Deployment")!;
  const { template } = deployment.spec as unknown as { template: Template };
  const instance = template.spec.containers[0]!.resources;
  for (const side of ["requests", "limits"] as const) {
    for (const resource of ["cpu", "memory"]) {
      const sizeOf = (one: typeof probe) => parseQuantity(one[side][resource] ?? "") ?? Number.NaN;
      expect(parseQuantity(hard[`${side}.${resource}`] ?? "")).toBe(2 * sizeOf(instance) + sizeOf(probe));
      expect(sizeOf(probe)).toBeLessThanOrEqual(sizeOf(instance));
    }
  }
});

it("carries no token, no volume and no Secret, and tells whom it probes for", () => {
  const { metadata, spec } = buildTemplate();
  expect(spec).toMatchObject({ automountServiceAccountToken: false, restartPolicy: "Never" });
  expect(spec).not.toHaveProperty("volumes");
  expect(JSON.stringify(spec)).not.toMatch(/secret/i);
  expect(metadata.labels[labelKeys.probe]).toBe(id);
});

it("asks Pod Security about a pod that is privileged, and about the same one hardened", () => {
  const sample = (isPrivileged: boolean) =>
    (buildAdmissionSample({ namespace: "n", image: "kit:1", isPrivileged }) as unknown as Template).spec;
  const [bad, good] = [sample(true), sample(false)];
  expect(bad.containers[0]!.securityContext).toEqual({ privileged: true });
  expect(good.containers[0]!.securityContext).toEqual(buildTemplate().spec.containers[0]!.securityContext);
  expect({ ...bad, containers: [] }).toEqual({ ...good, containers: [] });
});
