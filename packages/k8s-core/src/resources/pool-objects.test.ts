import { expect, it } from "vitest";
import { sampleInstance, sampleTenantInput } from "../testing/samples.ts";
import { buildJobObjects } from "./job.ts";
import { buildPoolObjects, placeOfPool } from "./pool-objects.ts";
import { buildPostgresSettings } from "./postgres-container.ts";

const size = {
  cpuMillicores: 2000,
  memoryBytes: 4 * 2 ** 30,
  storageBytes: 100 * 2 ** 30,
  maxConnections: 820,
};
const build = () =>
  buildPoolObjects({
    name: "postgres-shared-1",
    image: "postgres:18",
    size,
    password: "s3cret",
    settings: sampleTenantInput().settings,
  });

it("tunes PostgreSQL to its size", () => {
  expect(buildPostgresSettings(size)).toMatchObject({
    max_connections: "820",
    shared_buffers: "1024MB",
    effective_cache_size: "3072MB",
    maintenance_work_mem: "256MB",
    work_mem: "4MB",
  });
});

it("runs the official image hardened, with the password in a file only", () => {
  const { workload, secret } = build();
  const text = JSON.stringify(workload);
  expect(text).not.toContain("s3cret");
  expect((secret.data as { password: string }).password).toBe(Buffer.from("s3cret").toString("base64"));
  expect(workload.find(({ kind }) => kind === "StatefulSet")?.spec).toMatchObject({
    serviceName: "postgres",
    template: {
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 999, fsGroup: 999 },
        containers: [
          {
            name: "postgres",
            image: "postgres:18",
            env: expect.arrayContaining([
              { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
              { name: "POSTGRES_PASSWORD_FILE", value: "/run/secrets/postgres/password" },
            ]),
            securityContext: { readOnlyRootFilesystem: true },
          },
        ],
      },
    },
    volumeClaimTemplates: [{ metadata: { name: "data" } }],
  });
});

it("admits its own tenants, its own namespace and the control plane, and nobody else", () => {
  const admitted = build().isolation.flatMap(({ metadata, spec }) => {
    const { ingress = [] } = spec as { ingress?: { from: object[] }[] };
    return ingress.map(({ from }) => [metadata.name, from]);
  });
  expect(admitted).toEqual([
    ["allow-same-namespace", [{ podSelector: {} }]],
    [
      "allow-tenants",
      [{ namespaceSelector: { matchLabels: { "saas-kit/database-server": "postgres-shared-1" } } }],
    ],
    [
      "allow-control-plane",
      [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "saas-system" } } }],
    ],
  ]);
});

it("never sends the server's connections to a Job's pod", () => {
  const objects = buildJobObjects(placeOfPool("postgres-shared-1"), {
    name: "template-1",
    container: sampleInstance(),
  });
  expect(objects.map(({ kind }) => kind)).toEqual(["Secret", "ConfigMap", "Job"]);
  const { template } = objects[2]!.spec as { template: { metadata: { labels: object }; spec: object } };
  const service = build().workload.find(({ kind }) => kind === "Service")!;
  expect(template.metadata.labels).not.toMatchObject((service.spec as { selector: object }).selector);
  expect(template.spec).toMatchObject({ restartPolicy: "Never" });
});

it("refuses files that a Secret could not tell apart", () => {
  const container = { ...sampleInstance(), secretFiles: { "/a/x": "1", "/b/x": "2" } };
  expect(() => buildJobObjects(placeOfPool("p"), { name: "j", container })).toThrow("Two files are named x");
});
