import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type RenderedObject, renderChart } from "./support/rendered-chart.ts";
import { makeTestbed } from "./support/testbed.ts";

/** Traefik itself cannot be had here: what it would read is checked as objects, and by a real API server. */
const namespace = "default"; // the dry run needs one that exists
const production = {
  settings: {
    PUBLIC_URL: "https://app.example.com",
    BASE_DOMAIN: "example.com",
    SUPABASE_URL: "https://project.supabase.co",
    TLS_CLUSTER_ISSUER: "letsencrypt",
  },
  existingSecret: "platform-secrets",
  ingress: {
    namespace: "traefik-system",
    tlsSecretName: "app-tls",
    annotations: {
      "cert-manager.io/cluster-issuer": "letsencrypt",
      "traefik.ingress.kubernetes.io/router.entrypoints": "websecure",
    },
  },
};

let objects: RenderedObject[];
const the = (kind: string, name?: string) => {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  expect(found, `${kind} ${name ?? ""}`).toHaveLength(1);
  return found[0]!;
};

beforeAll(async () => {
  objects = await renderChart(production, namespace);
});

test("Traefik serves the platform at the host of its public address, with TLS, to the server's Service", () => {
  const { metadata, spec } = the("Ingress");
  expect(spec.ingressClassName).toBe("traefik");
  expect(metadata.annotations).toEqual(production.ingress.annotations);
  expect(spec.tls).toEqual([{ hosts: ["app.example.com"], secretName: "app-tls" }]);
  expect(spec.rules).toEqual([
    {
      host: "app.example.com",
      http: {
        paths: [
          {
            path: "/",
            pathType: "Prefix",
            backend: { service: { name: "saas-server", port: { name: "http" } } },
          },
        ],
      },
    },
  ]);
  const { selector, ports } = the("Service").spec;
  expect(ports).toMatchObject([{ name: "http", port: 80, targetPort: "http" }]);
  expect(the("Deployment").spec.template.metadata.labels).toMatchObject(selector);
});

test("without a certificate's Secret the Ingress asks for no TLS", async () => {
  const { ingress: _, ...plain } = production;
  const rendered = await renderChart(plain, namespace);
  const ingress = rendered.find(({ kind }) => kind === "Ingress")!;
  expect(ingress.spec).not.toHaveProperty("tls");
  expect(ingress.metadata).not.toHaveProperty("annotations");
});

test("the server gives its tenants the same ingress class, the controller's namespace and the issuer", () => {
  expect(the("ConfigMap").data).toMatchObject({
    INGRESS_CLASS: "traefik",
    INGRESS_NAMESPACE: "traefik-system",
    TLS_CLUSTER_ISSUER: "letsencrypt",
    SYSTEM_NAMESPACE: namespace,
    SERVICE_ACCOUNT: the("ServiceAccount").metadata.name,
    OWN_CLUSTER_ROLE: `${namespace}-saas-server-owned`,
  });
});

test("only the ingress controller's namespace reaches the server, and only at its port", () => {
  const { spec } = the("NetworkPolicy");
  expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
  expect(spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "traefik-system" } } }],
      ports: [{ protocol: "TCP", port: 4000 }],
    },
  ]);
  expect(the("Deployment").spec.template.metadata.labels).toMatchObject(spec.podSelector.matchLabels);
  expect(the("Deployment").spec.template.spec.containers[0].ports).toMatchObject([{ containerPort: 4000 }]);
});

test("its rights hold no wildcard, no list of Secrets, and are bound to its own account only", () => {
  const account = { kind: "ServiceAccount", name: "saas-server", namespace };
  const { roleRef, subjects } = the("ClusterRoleBinding");
  expect(subjects).toEqual([account]);
  expect(roleRef.name).toBe(`${namespace}-saas-server`);
  for (const { rules } of objects.filter(({ kind }) => kind === "ClusterRole")) {
    expect(JSON.stringify(rules)).not.toContain('"*"');
    for (const { resources, verbs } of rules as { resources: string[]; verbs: string[] }[])
      if (resources.includes("secrets")) expect(verbs).not.toEqual(expect.arrayContaining(["list"]));
  }
  const everywhere = the("ClusterRole", `${namespace}-saas-server`);
  expect(JSON.stringify(everywhere.rules)).not.toContain("secrets");
});

test("two releases in other namespaces share no cluster-wide object", async () => {
  const clusterWide = new Set(["ClusterRole", "ClusterRoleBinding", "ValidatingAdmissionPolicy"]);
  const namesOf = (rendered: RenderedObject[]) =>
    rendered
      .filter(({ kind }) => clusterWide.has(kind))
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const other = namesOf(await renderChart(production, "elsewhere"));
  expect(namesOf(objects).filter((name) => other.includes(name))).toEqual([]);
});

test("a real API server accepts every object", async () => {
  const dir = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    const file = join(dir, "objects.json");
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    const said = await makeTestbed().kubectl("apply", "-n", namespace, "--dry-run=server", "-f", file);
    expect(said.trim().split("\n")).toHaveLength(objects.length);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test.each(["PUBLIC_URL", "BASE_DOMAIN", "SUPABASE_URL"])(
  "without %s Helm says what is missing",
  async (name) => {
    const settings = { ...production.settings, [name]: undefined };
    await expect(renderChart({ ...production, settings }, namespace)).rejects.toThrow(
      `settings.${name} is required`,
    );
  },
);
