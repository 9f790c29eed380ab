import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiClient, configMap, deployment, openApi, pod } from "./kubernetes-api-fixture.ts";

let client: ApiClient;
let dispose: () => Promise<void>;
let core: string;
let apps: string;
let namespace: string;

beforeAll(async () => {
  ({ client, dispose } = await openApi());
  namespace = await client.makeNamespace();
  core = `/api/v1/namespaces/${namespace}`;
  apps = `/apis/apps/v1/namespaces/${namespace}`;
});

afterAll(async () => {
  await client.delete(`/api/v1/namespaces/${namespace}`);
  await dispose();
});

describe("the server itself", () => {
  it("tells its health and version to anybody, and its objects to nobody unknown", async () => {
    expect((await client.call("GET", "/readyz", { token: "" })).text).toBe("ok");
    expect((await client.get("/version")).body.gitVersion).toMatch(/^v1\.\d+\./);
    const refused = await client.call("GET", `${core}/configmaps`, { token: "wrong" });
    expect(refused.code).toBe(401);
    expect(refused.body).toMatchObject({
      kind: "Status",
      status: "Failure",
      reason: "Unauthorized",
      code: 401,
    });
  });

  it("lists its groups and kinds", async () => {
    const groups = (await client.get("/apis")).body.groups.map((group: { name: string }) => group.name);
    expect(groups).toEqual(
      expect.arrayContaining(["apps", "batch", "networking.k8s.io", "discovery.k8s.io"]),
    );
    const { resources } = (await client.get("/apis/apps/v1")).body;
    expect(resources).toContainEqual(
      expect.objectContaining({
        name: "deployments",
        kind: "Deployment",
        namespaced: true,
        shortNames: ["deploy"],
      }),
    );
    expect(resources).toContainEqual(
      expect.objectContaining({ name: "deployments/scale", kind: "Scale", group: "autoscaling" }),
    );
    expect((await client.get("/apis/none.example.com/v1")).code).toBe(404);
  });
});

describe("creating and reading", () => {
  it("gives an object its uid, version, time and generation", async () => {
    const { code, body } = await client.post(`${apps}/deployments`, deployment("made"));
    expect(code).toBe(201);
    expect(body.metadata).toMatchObject({ name: "made", namespace, generation: 1 });
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(Date.parse(body.metadata.creationTimestamp)).toBeGreaterThan(0);
  });

  it("writes the defaults that clients must reckon with", async () => {
    const { body } = await client.post(
      `${apps}/deployments`,
      deployment("defaulted", {
        container: {
          livenessProbe: { httpGet: { port: 80 } },
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: "1000m" } },
        },
      }),
    );
    expect(body.spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    });
    const spec = body.spec.template.spec;
    expect(spec).toMatchObject({
      restartPolicy: "Always",
      dnsPolicy: "ClusterFirst",
      terminationGracePeriodSeconds: 30,
      securityContext: {},
    });
    expect(spec.containers[0]).toMatchObject({
      imagePullPolicy: "IfNotPresent",
      ports: [{ containerPort: 80, protocol: "TCP" }],
      livenessProbe: {
        httpGet: { path: "/", scheme: "HTTP" },
        periodSeconds: 10,
        timeoutSeconds: 1,
        failureThreshold: 3,
      },
      resources: { limits: { cpu: "1" } },
    });
  });

  it("refuses a second object of the same name with AlreadyExists", async () => {
    await client.post(`${core}/configmaps`, configMap("twice"));
    const { code, body } = await client.post(`${core}/configmaps`, configMap("twice"));
    expect(code).toBe(409);
    expect(body).toMatchObject({
      reason: "AlreadyExists",
      message: 'configmaps "twice" already exists',
      details: { name: "twice", kind: "configmaps" },
    });
  });

  it("answers 404 with a Status for what is not there", async () => {
    const { code, body } = await client.get(`${apps}/deployments/none`);
    expect(code).toBe(404);
    expect(body).toMatchObject({
      kind: "Status",
      reason: "NotFound",
      message: 'deployments.apps "none" not found',
      details: { group: "apps", kind: "deployments", name: "none" },
    });
    expect((await client.post("/api/v1/namespaces/no-such-place/configmaps", configMap("x"))).code).toBe(404);
  });

  it("makes a name from generateName", async () => {
    const { body } = await client.post(`${core}/configmaps`, { metadata: { generateName: "some-" } });
    expect(body.metadata.name).toMatch(/^some-[a-z0-9]{5}$/);
  });

  it("keeps stringData of a Secret as data", async () => {
    const { body } = await client.post(`${core}/secrets`, {
      metadata: { name: "texts" },
      stringData: { word: "hello" },
    });
    expect(body).toMatchObject({ type: "Opaque", data: { word: "aGVsbG8=" } });
    expect(body.stringData).toBeUndefined();
  });

  it("gives a Service an address of its own, and keeps it when a PUT leaves it out", async () => {
    const service = { metadata: { name: "front" }, spec: { selector: { app: "x" }, ports: [{ port: 80 }] } };
    const { body } = await client.post(`${core}/services`, service);
    expect(body.spec).toMatchObject({
      type: "ClusterIP",
      sessionAffinity: "None",
      ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
    });
    expect(body.spec.clusterIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    const put = await client.put(`${core}/services/front`, { ...service, metadata: body.metadata });
    expect(put.body.spec.clusterIP).toBe(body.spec.clusterIP);
  });

  it("does nothing on a dry run", async () => {
    const { code } = await client.post(`${core}/configmaps?dryRun=All`, configMap("dry"));
    expect(code).toBe(201);
    expect((await client.get(`${core}/configmaps/dry`)).code).toBe(404);
  });

  it("prints tables for kubectl", async () => {
    await client.post(`${apps}/deployments`, deployment("printed", { replicas: 2 }));
    const { body } = await client.call("GET", `${apps}/deployments/printed`, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
    });
    expect(body.kind).toBe("Table");
    const names = body.columnDefinitions.map((column: { name: string }) => column.name);
    expect(names.slice(0, 5)).toEqual(["Name", "Ready", "Up-to-date", "Available", "Age"]);
    expect(body.rows[0].cells.slice(0, 2)).toEqual(["printed", expect.stringMatching(/^\d\/2$/)]);
    expect(body.rows[0].object.metadata.name).toBe("printed");
  });
});

describe("refusing bad objects", () => {
  const names = ["Upper", "under_score", "-dash", "dot.", "ünicode", "a b", `a'; drop table x`];

  it.each(names)("refuses the name %j with 422", async (name) => {
    const { code, body } = await client.post(`${core}/configmaps`, configMap(name));
    expect(code).toBe(422);
    expect(body).toMatchObject({ reason: "Invalid", details: { causes: [{ field: "metadata.name" }] } });
  });

  it("refuses namespaces longer than a DNS label", async () => {
    expect((await client.post("/api/v1/namespaces", { metadata: { name: "a".repeat(64) } })).code).toBe(422);
  });

  it("names every missing field", async () => {
    const { code, body } = await client.post(`${core}/pods`, pod("bad", { containers: [{ name: "main" }] }));
    expect(code).toBe(422);
    expect(body.details.causes).toContainEqual(
      expect.objectContaining({ field: "spec.containers[0].image", reason: "FieldValueRequired" }),
    );
    const none = await client.post(`${core}/services`, { metadata: { name: "portless" }, spec: {} });
    expect(none.body.details.causes).toContainEqual(expect.objectContaining({ field: "spec.ports" }));
  });

  it("refuses a selector that does not match the template", async () => {
    const wrong = deployment("wrong");
    const { code, body } = await client.post(`${apps}/deployments`, {
      ...wrong,
      spec: { ...wrong.spec, selector: { matchLabels: { app: "other" } } },
    });
    expect(code).toBe(422);
    expect(body.message).toContain("`selector` does not match template `labels`");
  });

  it("keeps what is immutable", async () => {
    await client.post(`${apps}/deployments`, deployment("fixed"));
    const moved = await client.patch(
      `${apps}/deployments/fixed`,
      [
        { op: "add", path: "/spec/selector/matchLabels/more", value: "x" },
        { op: "add", path: "/spec/template/metadata/labels/more", value: "x" },
      ],
      "json",
    );
    expect(moved.code).toBe(422);
    expect(moved.body.message).toContain("field is immutable");
    const claim = {
      metadata: { name: "claim" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    expect((await client.post(`${core}/persistentvolumeclaims`, claim)).body.spec.volumeMode).toBe(
      "Filesystem",
    );
    expect(
      (
        await client.patch(`${core}/persistentvolumeclaims/claim`, {
          spec: { accessModes: ["ReadOnlyMany"] },
        })
      ).code,
    ).toBe(422);
    const larger = { spec: { resources: { requests: { storage: "2Gi" } } } };
    expect((await client.patch(`${core}/persistentvolumeclaims/claim`, larger)).code).toBe(422); // not bound
  });

  it("refuses a body that is no JSON and a path that is no kind", async () => {
    expect((await client.call("POST", `${core}/configmaps`, { body: "{" })).code).toBe(400);
    expect((await client.get(`${core}/unicorns`)).code).toBe(404);
    expect(
      (await client.call("PATCH", `${core}/configmaps/x`, { body: "{}", contentType: "text/plain" })).code,
    ).toBe(415);
  });
});
