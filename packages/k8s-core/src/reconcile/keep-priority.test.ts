import { expect, it } from "vitest";
import type { Deployment } from "../client/shapes.ts";
import { buildTenantObjects } from "../resources/tenant-objects.ts";
import { sampleTenantInput } from "../testing/samples.ts";
import { keepPriorityOfTaken } from "./keep-priority.ts";

const priorityClasses = { tenant: "tenants", spare: "spares" };
const sample = sampleTenantInput();
const isDeployment = ({ kind }: { kind: string }) => kind === "Deployment";

function build(more: Partial<typeof sample.tenant> = {}) {
  const tenant = { ...sample.tenant, ...more };
  const settings = { ...sample.settings, priorityClasses };
  return buildTenantObjects({ ...sample, tenant, settings }).workload.find(isDeployment)!;
}

const live = (availableReplicas = 1) =>
  ({ ...build({ isSpare: true }), status: { availableReplicas } }) as Deployment;

it("gives spares and tenants their classes, and a spare no route", () => {
  expect(build()).toHaveProperty("spec.template.spec.priorityClassName", "tenants");
  expect(build({ isSpare: true })).toHaveProperty("spec.template.spec.priorityClassName", "spares");
  const settings = { ...sample.settings, priorityClasses };
  const spare = buildTenantObjects({ ...sample, settings, tenant: { ...sample.tenant, isSpare: true } });
  expect(spare.route).toEqual([]);
});

it("does not restart a spare that was taken for its priority", () => {
  expect(keepPriorityOfTaken(build(), live(), "spares")).toEqual(build({ isSpare: true }));
});

it("raises the priority when the pod is replaced anyway", () => {
  const budget = { ...sample.tenant.budget, cpuLimitMillicores: 4_000 };
  const desired = build({ budget });
  expect(keepPriorityOfTaken(desired, live(), "spares")).toBe(desired);
});

it("raises the priority when no pod serves, or when it is being stopped", () => {
  expect(keepPriorityOfTaken(build(), live(0), "spares")).toEqual(build());
  const stopped = build({ runState: "Stopped" });
  expect(keepPriorityOfTaken(stopped, live(), "spares")).toBe(stopped);
});

it("never lowers a tenant that has its priority already", () => {
  const tenant = { ...build(), status: { availableReplicas: 1 } } as Deployment;
  expect(keepPriorityOfTaken(build(), tenant, "spares")).toEqual(build());
});
