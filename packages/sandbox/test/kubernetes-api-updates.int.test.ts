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

describe("updating", () => {
  it("refuses a PUT of an old version with 409 and takes one of the current version", async () => {
    const { body } = await client.post(`${core}/configmaps`, configMap("raced", { a: "1" }));
    const second = await client.put(`${core}/configmaps/raced`, { ...body, data: { a: "2" } });
    expect(second.code).toBe(200);
    const late = await client.put(`${core}/configmaps/raced`, { ...body, data: { a: "3" } });
    expect(late.code).toBe(409);
    expect(late.body).toMatchObject({ reason: "Conflict", details: { name: "raced", kind: "configmaps" } });
    expect(late.body.message).toContain("the object has been modified");
  });

  it("writes nothing when nothing changes", async () => {
    const { body } = await client.post(`${core}/pods`, pod("still", {}, { labels: { a: "b" } }));
    const put = await client.put(`${core}/pods/still`, body);
    const patched = await client.patch(`${core}/pods/still`, { metadata: { labels: { a: "b" } } });
    const versions = [put, patched].map((each) => each.body.metadata.resourceVersion);
    expect(versions).toEqual([body.metadata.resourceVersion, body.metadata.resourceVersion]);
  });

  it("counts the generation for changes of the spec only", async () => {
    await client.post(`${apps}/deployments`, deployment("counted"));
    const labelled = await client.patch(`${apps}/deployments/counted`, {
      metadata: { labels: { more: "1" } },
    });
    const scaled = await client.patch(`${apps}/deployments/counted`, { spec: { replicas: 3 } });
    expect([labelled.body.metadata.generation, scaled.body.metadata.generation]).toEqual([1, 2]);
  });

  it("keeps status and the rest apart", async () => {
    await client.post(`${apps}/deployments`, deployment("parts", { replicas: 1 }));
    await client.patch(`${apps}/deployments/parts`, { status: { replicas: 7 } });
    expect((await client.get(`${apps}/deployments/parts`)).body.status.replicas ?? 0).not.toBe(7);
    const written = await client.patch(`${apps}/deployments/parts/status`, {
      spec: { replicas: 9 },
      status: { observedGeneration: 1, replicas: 1 },
    });
    expect(written.body.spec.replicas).toBe(1);
    expect(written.body.status.replicas).toBe(1);
    expect(written.body.metadata.generation).toBe(1);
  });

  it("scales through the scale subresource", async () => {
    await client.post(`${apps}/deployments`, deployment("scaled", { replicas: 1 }));
    const scale = await client.get(`${apps}/deployments/scaled/scale`);
    expect(scale.body).toMatchObject({
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      spec: { replicas: 1 },
      status: { selector: "app=scaled" },
    });
    // Without a version: the deployment's controller may have written meanwhile.
    const { name, namespace } = scale.body.metadata;
    const wanted = { ...scale.body, metadata: { name, namespace }, spec: { replicas: 4 } };
    expect((await client.put(`${apps}/deployments/scaled/scale`, wanted)).code).toBe(200);
    expect((await client.get(`${apps}/deployments/scaled`)).body.spec.replicas).toBe(4);
  });

  it("binds a pod once", async () => {
    await client.post(`${core}/pods`, pod("bound"));
    const binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name: "bound" },
      target: { kind: "Node", name: "node-a" },
    };
    expect((await client.post(`${core}/pods/bound/binding`, binding)).code).toBe(201);
    const { body } = await client.get(`${core}/pods/bound`);
    expect(body.spec.nodeName).toBe("node-a");
    expect(body.status.conditions).toContainEqual(
      expect.objectContaining({ type: "PodScheduled", status: "True" }),
    );
    expect((await client.post(`${core}/pods/bound/binding`, binding)).code).toBe(409);
    await client.delete(`${core}/pods/bound`, { gracePeriodSeconds: 0 });
  });

  it("shows one event in both of its API groups", async () => {
    const involvedObject = { kind: "Pod", namespace, name: "someone" };
    await client.post(`${core}/events`, {
      metadata: { name: "seen" },
      involvedObject,
      reason: "Seen",
      message: "it was seen",
      type: "Normal",
      reportingComponent: "test",
    });
    const { body } = await client.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events/seen`);
    expect(body).toMatchObject({
      apiVersion: "events.k8s.io/v1",
      regarding: { name: "someone" },
      note: "it was seen",
    });
    const found = await client.get(`${core}/events?fieldSelector=involvedObject.name=someone,type!=Warning`);
    expect(found.body.items).toHaveLength(1);
  });
});
