import { expect, it } from "vitest";
import type { DesiredObject } from "../client/shapes.ts";
import { sampleTenantInput } from "../testing/samples.ts";
import type { PostgresServerInput } from "./postgres-server.ts";
import { parseQuantity } from "./quantities.ts";
import { buildTenantObjects } from "./tenant-objects.ts";

const gibibyte = 2 ** 30;
const id = "7f6b2f0e-0000-4000-8000-000000000001";
const size = { cpuMillicores: 1000, memoryBytes: 2 * gibibyte, storageBytes: 10 * gibibyte };
const ownServer: PostgresServerInput = {
  image: "postgres:18",
  size: { ...size, maxConnections: 36 },
  password: "sup3r",
  databaseSettings: { work_mem: "32MB" },
};
const build = () => buildTenantObjects({ ...sampleTenantInput(), ownServer });
const find = (objects: DesiredObject[], kind: string, name?: string) =>
  objects.find((object) => object.kind === kind && (!name || object.metadata.name === name))!;
const quantityOf = (hard: Record<string, string>, key: string) => parseQuantity(hard[key] ?? "");

it("builds a tenant's own server in the tenant's namespace, labelled as the tenant's", () => {
  const { secret, workload } = build().ownServer!;
  for (const { metadata } of [secret, ...workload]) {
    expect(metadata).toMatchObject({ name: "postgres", namespace: `tenant-${id}` });
    expect(metadata.labels).toMatchObject({ "saas-kit/tenant": id, "app.kubernetes.io/name": "postgres" });
  }
  expect(workload.map(({ kind }) => kind)).toEqual(["Service", "StatefulSet"]);
});

it("lets the chosen settings win over what follows from the size", () => {
  const server = find(build().ownServer!.workload, "StatefulSet");
  const { template } = server.spec as { template: { spec: { containers: { args: string[] }[] } } };
  const { args } = template.spec.containers[0]!;
  expect(args.filter((arg) => arg.startsWith("work_mem="))).toEqual(["work_mem=32MB"]);
  expect(args).toContain("shared_buffers=512MB");
});

it("gives the tenant's own pod nothing of the server's superuser", () => {
  const { workload, secret } = build();
  const text = JSON.stringify([secret, ...workload]);
  expect(text).not.toContain("sup3r");
  expect(text).not.toContain('"secretName":"postgres"');
  const encoded = Buffer.from("sup3r").toString("base64");
  expect(text).not.toContain(encoded);
});

it("admits the control plane to the server's pod only, and the ingress controller to the instance's only", () => {
  const { isolation } = build();
  const admit = find(isolation, "NetworkPolicy", "allow-control-plane");
  expect(admit.spec).toMatchObject({
    podSelector: { matchLabels: { "app.kubernetes.io/name": "postgres", "saas-kit/tenant": id } },
    policyTypes: ["Ingress"],
    ingress: [{ ports: [{ protocol: "TCP", port: 5432 }] }],
  });
  expect(find(isolation, "NetworkPolicy", "allow-ingress-controller").spec).toMatchObject({
    podSelector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
  });
  const names = { key: "app.kubernetes.io/name", operator: "In", values: ["shop", "isolation-probe"] };
  expect(find(isolation, "NetworkPolicy", "allow-internet").spec).toMatchObject({
    podSelector: { matchLabels: { "saas-kit/tenant": id }, matchExpressions: [names] },
  });
});

it("makes room in quota and limits for the server, its volume and the Job of its template", () => {
  const hardOf = (objects: DesiredObject[]) =>
    (find(objects, "ResourceQuota").spec as { hard: Record<string, string> }).hard;
  const shared = hardOf(buildTenantObjects(sampleTenantInput()).isolation);
  const own = hardOf(build().isolation);
  const grown = (key: string) => quantityOf(own, key)! - quantityOf(shared, key)!;
  expect(grown("requests.cpu")).toBeCloseTo(1.25);
  expect(grown("requests.memory")).toBe(2.5 * gibibyte);
  expect(grown("requests.storage")).toBe(10 * gibibyte);
  expect([shared["count/statefulsets.apps"], own["count/statefulsets.apps"]]).toEqual(["0", "1"]);
  expect([shared.persistentvolumeclaims, own.persistentvolumeclaims]).toEqual(["1", "2"]);
  const [container, volume] = (
    find(build().isolation, "LimitRange").spec as { limits: { max: Record<string, string> }[] }
  ).limits;
  expect(quantityOf(container!.max, "memory")).toBe(2 * gibibyte);
  expect(quantityOf(volume!.max, "storage")).toBe(10 * gibibyte);
});
