import type { InstanceDescription } from "../application.ts";
import type { TenantObjectsInput } from "../resources/tenant-objects.ts";

const gibibyte = 2 ** 30;

/** A tenant of an application that exists in tests only. */
export function sampleTenantInput(): TenantObjectsInput {
  return {
    application: "shop",
    databaseNamespace: "postgres-shared-1",
    secretValues: { "database-password": "s3cret" },
    settings: { ingressClass: "traefik", ingressNamespace: "traefik", systemNamespace: "saas-system" },
    tenant: {
      id: "7f6b2f0e-0000-4000-8000-000000000001",
      slug: "acme",
      hostname: "acme.example.com",
      baseUrl: "https://acme.example.com",
      generation: 1,
      runState: "Running",
      planCode: "basic",
      version: "1",
      bundle: "base",
      budget: {
        cpuRequestMillicores: 250,
        cpuLimitMillicores: 1000,
        memoryRequestBytes: gibibyte / 2,
        memoryLimitBytes: gibibyte,
        filesBytes: 5 * gibibyte,
        databaseBytes: 5 * gibibyte,
        workers: 0,
        connectionLimit: 16,
      },
    },
    instance: sampleInstance(),
  };
}

export function sampleInstance(): InstanceDescription {
  const probe = { path: "/health", port: "http" };
  return {
    image: "shop:1",
    command: ["shop"],
    args: ["--config=/etc/shop/shop.conf"],
    env: { MODE: "serve" },
    userId: 100,
    groupId: 101,
    configFiles: { "/etc/shop-public/start.sh": "true" },
    secretFiles: { "/etc/shop/shop.conf": "password = s3cret" },
    scratchPaths: ["/tmp"],
    ports: [{ name: "http", port: 8069 }],
    dataPath: "/var/lib/shop",
    routes: [
      { path: "/internal", port: null },
      { path: "/", port: "http" },
    ],
    probes: { startup: probe, readiness: probe, liveness: probe },
    terminationGraceSeconds: 30,
  };
}
