import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiClient, configMap, container, openApi, pod, until } from "./kubernetes-api-fixture.ts";

let client: ApiClient;
let dispose: () => Promise<void>;
const namespaces: string[] = [];

async function makeNamespace(labels: Record<string, string> = {}): Promise<string> {
  const name = await client.makeNamespace(labels);
  namespaces.push(name);
  return `/api/v1/namespaces/${name}`;
}

beforeAll(async () => {
  ({ client, dispose } = await openApi());
});

afterAll(async () => {
  for (const name of namespaces) await client.delete(`/api/v1/namespaces/${name}`);
  await dispose();
});

const withResources = (name: string, resources: object) =>
  pod(name, { containers: [container({ resources })] });

describe("priority classes", () => {
  const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";

  it("give pods their value, which then stays", async () => {
    const core = await makeNamespace();
    const name = core.split("/").at(-1)!;
    try {
      const made = await client.post(classes, { metadata: { name }, value: -7, preemptionPolicy: "Never" });
      expect(made.code).toBe(201);
      const { body } = await client.post(`${core}/pods`, pod("low", { priorityClassName: name }));
      expect(body.spec).toMatchObject({ priorityClassName: name, priority: -7, preemptionPolicy: "Never" });
      const changed = await client.patch(`${classes}/${name}`, { value: 9 });
      expect(changed.code).toBe(422);
    } finally {
      await client.delete(`${classes}/${name}`);
    }
  });

  it("that do not exist are refused", async () => {
    const core = await makeNamespace();
    const { code, body } = await client.post(`${core}/pods`, pod("p", { priorityClassName: "nobodys" }));
    expect(code).toBe(403);
    expect(body.message).toContain("no PriorityClass with name nobodys was found");
  });
});

describe("resource quotas", () => {
  async function makeQuota(hard: Record<string, string>): Promise<string> {
    const core = await makeNamespace();
    await client.post(`${core}/resourcequotas`, { metadata: { name: "limited" }, spec: { hard } });
    await until(async () => Boolean((await client.get(`${core}/resourcequotas/limited`)).body.status.hard));
    return core;
  }

  it("refuse what exceeds them and say by what", async () => {
    const core = await makeQuota({ "requests.cpu": "1", "limits.memory": "1Gi", pods: "2" });
    const resources = { requests: { cpu: "600m" }, limits: { memory: "512Mi" } };
    expect((await client.post(`${core}/pods`, withResources("first", resources))).code).toBe(201);
    const { code, body } = await client.post(`${core}/pods`, withResources("second", resources));
    expect(code).toBe(403);
    expect(body.reason).toBe("Forbidden");
    expect(body.message).toBe(
      'pods "second" is forbidden: exceeded quota: limited, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    const silent = await client.post(`${core}/pods`, pod("silent"));
    expect(silent.body.message).toContain(
      "failed quota: limited: must specify limits.memory for: main; requests.cpu for: main",
    );
  });

  it("keep their used amounts, up and down", async () => {
    const core = await makeQuota({ "count/secrets": "5", secrets: "5" });
    const used = async () => (await client.get(`${core}/resourcequotas/limited`)).body.status.used;
    await client.post(`${core}/secrets`, { metadata: { name: "a" } });
    await client.post(`${core}/secrets`, { metadata: { name: "b" } });
    await until(async () => (await used()).secrets === "2");
    await client.delete(`${core}/secrets/a`);
    await until(async () => (await used())["count/secrets"] === "1");
  });

  it("count storage that claims request", async () => {
    const core = await makeQuota({ "requests.storage": "3Gi", persistentvolumeclaims: "5" });
    const claim = (name: string, storage: string) => ({
      metadata: { name },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
    });
    expect((await client.post(`${core}/persistentvolumeclaims`, claim("a", "2Gi"))).code).toBe(201);
    const { code, body } = await client.post(`${core}/persistentvolumeclaims`, claim("b", "2Gi"));
    expect(code).toBe(403);
    expect(body.message).toContain(
      "requested: requests.storage=2Gi, used: requests.storage=2Gi, limited: requests.storage=3Gi",
    );
  });

  it("let exactly as many through as they allow, however many ask at once", async () => {
    const core = await makeQuota({ "count/configmaps": "4" });
    await until(async () => (await client.get(`${core}/configmaps/kube-root-ca.crt`)).code === 200);
    const names = Array.from({ length: 20 }, (_, index) => `racer-${index}`);
    const codes = await Promise.all(
      names.map(async (name) => (await client.post(`${core}/configmaps`, configMap(name))).code),
    );
    expect(codes.filter((code) => code === 201)).toHaveLength(3);
    expect(codes.filter((code) => code === 403)).toHaveLength(17);
  });
});

describe("limit ranges", () => {
  it("give containers defaults and refuse too much", async () => {
    const core = await makeNamespace();
    const limit = {
      type: "Container",
      default: { cpu: "200m", memory: "128Mi" },
      defaultRequest: { cpu: "100m", memory: "64Mi" },
      max: { cpu: "1", memory: "1Gi" },
    };
    await client.post(`${core}/limitranges`, { metadata: { name: "limits" }, spec: { limits: [limit] } });
    const made = await client.post(`${core}/pods`, pod("plain"));
    expect(made.body.spec.containers[0].resources).toEqual({
      limits: { cpu: "200m", memory: "128Mi" },
      requests: { cpu: "100m", memory: "64Mi" },
    });
    expect(made.body.status.qosClass).toBe("Burstable");
    const { code, body } = await client.post(`${core}/pods`, withResources("huge", { limits: { cpu: "4" } }));
    expect(code).toBe(403);
    expect(body.message).toContain("maximum cpu usage per Container is 1, but limit is 4");
  });
});

const restricted = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

describe("pod security", () => {
  it("restricted refuses an ordinary pod and lists all that is wrong", async () => {
    const core = await makeNamespace({ "pod-security.kubernetes.io/enforce": "restricted" });
    const { code, body } = await client.post(`${core}/pods`, pod("plain"));
    expect(code).toBe(403);
    expect(body.message).toBe(
      'pods "plain" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    const good = pod("good", { containers: [container({ securityContext: restricted })] });
    expect((await client.post(`${core}/pods`, good)).code).toBe(201);
  });

  it("restricted takes the pod's own security context for its containers", async () => {
    const core = await makeNamespace({ "pod-security.kubernetes.io/enforce": "restricted" });
    const { allowPrivilegeEscalation, capabilities, ...ofPod } = restricted;
    const spec = {
      securityContext: ofPod,
      containers: [container({ securityContext: { allowPrivilegeEscalation, capabilities } })],
    };
    expect((await client.post(`${core}/pods`, pod("good", spec))).code).toBe(201);
    const root = await client.post(
      `${core}/pods`,
      pod("root", { ...spec, securityContext: { ...ofPod, runAsUser: 0 } }),
    );
    expect(root.body.message).toContain("runAsUser=0");
  });

  it("baseline refuses the host's things only", async () => {
    const core = await makeNamespace({ "pod-security.kubernetes.io/enforce": "baseline" });
    expect((await client.post(`${core}/pods`, pod("plain"))).code).toBe(201);
    const spec = {
      hostNetwork: true,
      volumes: [{ name: "host", hostPath: { path: "/" } }],
      containers: [container({ securityContext: { privileged: true } })],
    };
    const { code, body } = await client.post(`${core}/pods`, pod("bad", spec));
    expect(code).toBe(403);
    for (const part of [
      "host namespaces (hostNetwork=true)",
      'privileged (container "main"',
      'hostPath volumes (volume "host")',
    ])
      expect(body.message).toContain(part);
  });
});
