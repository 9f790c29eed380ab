import { expect, it } from "vitest";
import type { DesiredObject } from "../client/shapes.ts";
import { sampleTenantInput } from "../testing/samples.ts";
import { parseQuantity } from "./quantities.ts";
import { buildTenantNamespace, buildTenantObjects, type TenantObjectsInput } from "./tenant-objects.ts";

interface PodSpec {
  [field: string]: unknown;
  containers: { [field: string]: unknown; volumeMounts: { name: string; mountPath: string }[] }[];
  volumes: { name: string; [source: string]: unknown }[];
}

function build(overrides: Partial<TenantObjectsInput> = {}) {
  const input = { ...sampleTenantInput(), ...overrides };
  const objects = { ...buildTenantObjects(input), namespace: buildTenantNamespace(input) };
  const all = [
    objects.namespace,
    ...objects.isolation,
    objects.secret,
    ...objects.workload,
    ...objects.route,
  ];
  return { ...objects, all };
}

function get(objects: DesiredObject[], kind: string, name?: string) {
  const found = objects.find((object) => object.kind === kind && (!name || object.metadata.name === name));
  if (!found) throw new Error(`no ${kind}`);
  return found as DesiredObject & { spec: Record<string, never> };
}

function buildPod(overrides: Partial<TenantObjectsInput> = {}) {
  const { spec } = get(build(overrides).workload, "Deployment");
  const { template } = spec as unknown as { template: { metadata: { annotations: object }; spec: PodSpec } };
  return { ...template, container: template.spec.containers[0]! };
}

it("labels every object so that one watch per kind finds it and its tenant", () => {
  for (const { metadata } of build().all) {
    expect(metadata.labels).toMatchObject({
      "app.kubernetes.io/name": "shop",
      "app.kubernetes.io/managed-by": "saas-kit",
      "app.kubernetes.io/part-of": "saas-kit",
      "saas-kit/tenant": "7f6b2f0e-0000-4000-8000-000000000001",
    });
  }
});

it("has the namespace refuse pods that are not hardened, and admitted by its database server", () => {
  expect(build().namespace.metadata.labels).toMatchObject({
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
    "saas-kit/database-server": "postgres-shared-1",
  });
});

it("meets Pod Security restricted and carries no credentials of the cluster", () => {
  const { spec, container } = buildPod();
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 100,
      runAsGroup: 101,
      fsGroup: 101,
      seccompProfile: { type: "RuntimeDefault" },
    },
  });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
});

it("mounts each file's folder from its own source, and what may be written", () => {
  const { spec, container } = buildPod();
  const sourceAt = (path: string) => {
    const mount = container.volumeMounts.find(({ mountPath }) => mountPath === path);
    return spec.volumes.find(({ name }) => name === mount?.name);
  };
  expect(sourceAt("/etc/shop")).toMatchObject({
    secret: { secretName: "shop", items: [{ key: "shop.conf", path: "shop.conf" }] },
  });
  expect(sourceAt("/etc/shop-public")).toMatchObject({ configMap: { name: "shop" } });
  expect(sourceAt("/tmp")).toHaveProperty("emptyDir");
  expect(sourceAt("/var/lib/shop")).toMatchObject({ persistentVolumeClaim: { claimName: "shop-data" } });
});

it("keeps secret files in the Secret and nowhere else", () => {
  const { all, secret } = build();
  const others = all.filter((object) => object !== secret);
  expect(JSON.stringify(others)).not.toContain("s3cret");
  const { data } = secret as unknown as { data: Record<string, string> };
  expect(Buffer.from(data["shop.conf"] ?? "", "base64").toString()).toBe("password = s3cret");
  expect(Buffer.from(data["database-password"] ?? "", "base64").toString()).toBe("s3cret");
});

it("rolls the pod when a file changes, and only then", () => {
  const { instance } = sampleTenantInput();
  const hashOf = (changes: object) =>
    buildPod({ instance: { ...instance, ...changes } }).metadata.annotations;
  expect(hashOf({})).toEqual(hashOf({ routes: [] }));
  expect(hashOf({ secretFiles: { "/etc/shop/shop.conf": "new" } })).not.toEqual(hashOf({}));
  expect(hashOf({ configFiles: { "/etc/shop-public/start.sh": "new" } })).not.toEqual(hashOf({}));
});

it("runs one pod at a time, and none when stopped", () => {
  const { tenant } = sampleTenantInput();
  expect(get(build().workload, "Deployment").spec).toMatchObject({
    replicas: 1,
    strategy: { type: "Recreate" },
  });
  const stopped = build({ tenant: { ...tenant, runState: "Stopped" } });
  expect(get(stopped.workload, "Deployment").spec).toMatchObject({ replicas: 0 });
});

it("leaves room in the quota for a pod and the successor that is started while it ends", () => {
  const { hard } = get(build().isolation, "ResourceQuota").spec as unknown as {
    hard: Record<string, string>;
  };
  const { resources } = buildPod().container as unknown as {
    resources: Record<"requests" | "limits", Record<string, string>>;
  };
  for (const side of ["requests", "limits"] as const) {
    for (const resource of ["cpu", "memory"]) {
      const allowed = parseQuantity(hard[`${side}.${resource}`] ?? "") ?? 0;
      expect(allowed).toBeGreaterThanOrEqual(
        2 * (parseQuantity(resources[side][resource] ?? "") ?? Number.NaN),
      );
    }
  }
  const claim = get(build().workload, "PersistentVolumeClaim").spec as unknown as {
    resources: { requests: { storage: string } };
  };
  expect(hard["requests.storage"]).toBe(claim.resources.requests.storage);
});

it("lets the instance reach public addresses by three ports, and its own database", () => {
  const { isolation } = build();
  const { egress } = get(isolation, "NetworkPolicy", "allow-internet").spec as unknown as {
    egress: [{ to: [{ ipBlock: { except: string[] } }]; ports: { port: number }[] }];
  };
  expect(egress[0].ports.map(({ port }) => port)).toEqual([443, 465, 587]);
  expect(egress[0].to[0].ipBlock.except).toEqual(
    expect.arrayContaining(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"]),
  );
  expect(get(isolation, "NetworkPolicy", "allow-database").spec).toMatchObject({
    policyTypes: ["Egress"],
    egress: [
      {
        to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "postgres-shared-1" } } }],
        ports: [{ protocol: "TCP", port: 5432 }],
      },
    ],
  });
  expect(get(isolation, "NetworkPolicy", "default-deny").spec).toEqual({
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: [],
  });
});

it("routes the host's paths to the instance, and closed ones to a port where nothing listens", () => {
  const { route, workload } = build();
  const { rules } = get(route, "Ingress").spec as unknown as {
    rules: { host: string; http: { paths: { path: string; backend: { service: object } }[] } }[];
  };
  expect(rules.map(({ host }) => host)).toEqual(["acme.example.com"]);
  expect(rules[0]?.http.paths.map(({ path, backend }) => [path, backend.service])).toEqual([
    ["/internal", { name: "blocked", port: { name: "blocked" } }],
    ["/", { name: "shop", port: { name: "http" } }],
  ]);
  const closed = get(route, "Service", "blocked").spec as unknown as { ports: { targetPort: number }[] };
  const { instance } = sampleTenantInput();
  expect(instance.ports.map(({ port }) => port)).not.toContain(closed.ports[0]?.targetPort);
  expect(get(workload, "Service", "shop").spec).toMatchObject({
    ports: [{ name: "http", targetPort: 8069 }],
  });
});

it("asks for a certificate per tenant from an issuer, or uses the wildcard's", () => {
  const { settings } = sampleTenantInput();
  const ingress = (tls: NonNullable<typeof settings.tls>) =>
    get(build({ settings: { ...settings, tls } }).route, "Ingress");
  const issued = ingress({ clusterIssuer: "letsencrypt" });
  expect(issued.metadata.annotations).toEqual({ "cert-manager.io/cluster-issuer": "letsencrypt" });
  expect(issued.spec).toMatchObject({ tls: [{ hosts: ["acme.example.com"], secretName: "shop-tls" }] });
  expect(ingress({ secretName: "wildcard" }).spec).toMatchObject({ tls: [{ secretName: "wildcard" }] });
});

it("is the same for the same tenant", () => {
  expect(build()).toEqual(build());
});
