import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type ApiClient,
  type Body,
  configMap,
  container,
  deployment,
  openApi,
  pod,
} from "./kubernetes-api-fixture.ts";

let client: ApiClient;
let dispose: () => Promise<void>;
let namespace: string;
let core: string;
let deployments: string;
let number = 0;
let name: string;

beforeAll(async () => {
  ({ client, dispose } = await openApi());
  namespace = await client.makeNamespace();
  core = `/api/v1/namespaces/${namespace}`;
  deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
});

beforeEach(() => {
  number += 1;
  name = `object-${number}`;
});

afterAll(async () => {
  await client.delete(`/api/v1/namespaces/${namespace}`);
  await dispose();
});

const map = (data: Record<string, string>, metadata: object = {}) => ({
  ...configMap(name, data, metadata),
});
const path = () => `${core}/configmaps/${name}`;
const managersOf = (body: Body): string[] =>
  body.metadata.managedFields.map(
    (entry: { manager: string; operation: string }) => `${entry.manager} ${entry.operation}`,
  );

describe("plain patches", () => {
  it("merge patch sets, keeps and removes fields", async () => {
    await client.post(`${core}/configmaps`, map({ a: "1", b: "2" }));
    const { body } = await client.patch(path(), { data: { a: null, c: "3" } });
    expect(body.data).toEqual({ b: "2", c: "3" });
  });

  it("JSON patch does its operations or nothing", async () => {
    await client.post(`${core}/configmaps`, map({ a: "1" }));
    const failed = await client.patch(
      path(),
      [
        { op: "add", path: "/data/b", value: "2" },
        { op: "test", path: "/data/a", value: "9" },
      ],
      "json",
    );
    expect(failed.code).toBe(422);
    const { body } = await client.patch(
      path(),
      [
        { op: "test", path: "/data/a", value: "1" },
        { op: "move", from: "/data/a", path: "/data/z" },
        { op: "add", path: "/metadata/labels", value: { "a/b": "c" } },
        { op: "replace", path: "/metadata/labels/a~1b", value: "d" },
      ],
      "json",
    );
    expect(body.data).toEqual({ z: "1" });
    expect(body.metadata.labels).toEqual({ "a/b": "d" });
  });

  it("strategic merge patch merges containers and variables by name", async () => {
    await client.post(
      deployments,
      deployment(name, {
        container: {
          env: [
            { name: "A", value: "1" },
            { name: "B", value: "2" },
          ],
        },
      }),
    );
    const containers = [
      {
        name: "main",
        image: "example.com/app:2",
        env: [
          { name: "A", $patch: "delete" },
          { name: "C", value: "3" },
        ],
      },
    ];
    const { body } = await client.patch(
      `${deployments}/${name}`,
      { spec: { template: { spec: { containers } } } },
      "strategic-merge",
    );
    const [main] = body.spec.template.spec.containers;
    expect(main.image).toBe("example.com/app:2");
    expect(main.env).toEqual(
      expect.arrayContaining([
        { name: "B", value: "2" },
        { name: "C", value: "3" },
      ]),
    );
    expect(main.env).toHaveLength(2);
  });

  it("a patch with a resourceVersion holds to it", async () => {
    const { body } = await client.post(`${core}/configmaps`, map({ a: "1" }));
    const { resourceVersion } = body.metadata;
    expect((await client.patch(path(), { metadata: { resourceVersion }, data: { a: "2" } })).code).toBe(200);
    expect((await client.patch(path(), { metadata: { resourceVersion }, data: { a: "3" } })).code).toBe(409);
  });

  it("records the writer as manager of what it changed", async () => {
    await client.call("POST", `${core}/configmaps?fieldManager=first`, { body: map({ a: "1", b: "1" }) });
    const { body } = await client.call("PATCH", `${path()}?fieldManager=second`, {
      body: { data: { b: "2" } },
      contentType: "application/merge-patch+json",
    });
    expect(managersOf(body)).toEqual(["first Update", "second Update"]);
    expect(body.metadata.managedFields[1]).toMatchObject({
      apiVersion: "v1",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { "f:b": {} } },
    });
    expect(body.metadata.managedFields[0].fieldsV1["f:data"]["f:b"]).toBeUndefined();
  });
});

describe("server-side apply", () => {
  it("makes an object that is not there, and needs a manager", async () => {
    const { code, body } = await client.apply(path(), map({ a: "1" }));
    expect(code).toBe(201);
    expect(managersOf(body)).toEqual(["contract Apply"]);
    expect(body.metadata.managedFields[0].fieldsV1).toEqual({ "f:data": { "f:a": {} } });
    const nameless = await client.call("PATCH", path(), {
      body: map({}),
      contentType: "application/apply-patch+yaml",
    });
    expect(nameless.code).toBe(422);
  });

  it("reads YAML", async () => {
    const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: "1"\n`;
    expect((await client.apply(path(), yaml)).body.data).toEqual({ a: "1" });
  });

  it("writes nothing when the same is applied again, defaults and all", async () => {
    const fields = {
      ports: [{ containerPort: 80 }],
      env: [{ name: "A", value: "1" }],
      resources: { limits: { cpu: "1" } },
    };
    const wanted = pod(name, { containers: [container(fields)] });
    const first = await client.apply(`${core}/pods/${name}`, wanted);
    const second = await client.apply(`${core}/pods/${name}`, wanted);
    expect([second.code, second.body.metadata.resourceVersion]).toEqual([
      200,
      first.body.metadata.resourceVersion,
    ]);
  });

  it("removes what its manager applied before and no longer does", async () => {
    const both = {
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      livenessProbe: { httpGet: { port: 80 } },
    };
    await client.apply(`${deployments}/${name}`, deployment(name, { replicas: 2, container: both }));
    const { body } = await client.apply(
      `${deployments}/${name}`,
      deployment(name, { container: { env: [{ name: "B", value: "2" }] } }),
    );
    const [main] = body.spec.template.spec.containers;
    expect(main.env).toEqual([{ name: "B", value: "2" }]);
    expect(main.livenessProbe).toBeUndefined();
    expect(body.spec.replicas).toBe(1);
  });

  it("leaves alone what others have put in", async () => {
    await client.apply(path(), map({ a: "1" }, { labels: { mine: "1" } }));
    await client.patch(path(), { data: { other: "x" }, metadata: { labels: { theirs: "1" } } });
    const { body } = await client.apply(path(), map({ b: "2" }));
    expect(body.data).toEqual({ b: "2", other: "x" });
    expect(body.metadata.labels).toEqual({ theirs: "1" });
  });

  it("refuses to change another manager's field, names it, and obeys force", async () => {
    await client.apply(path(), map({ a: "1" }), { manager: "first" });
    const refused = await client.apply(path(), map({ a: "2" }), { manager: "second" });
    expect(refused.code).toBe(409);
    expect(refused.body).toMatchObject({
      reason: "Conflict",
      details: { causes: [{ reason: "FieldManagerConflict", field: ".data.a" }] },
    });
    expect(refused.body.message).toBe('Apply failed with 1 conflict: conflict with "first": .data.a');
    const { body } = await client.apply(path(), map({ a: "2" }), { manager: "second", force: true });
    expect(body.data).toEqual({ a: "2" });
    expect(managersOf(body)).toEqual(["second Apply"]);
  });

  it("shares a field that two managers want alike, and keeps it while one still wants it", async () => {
    await client.apply(path(), map({ a: "1" }), { manager: "first" });
    const shared = await client.apply(path(), map({ a: "1" }), { manager: "second" });
    expect(managersOf(shared.body).sort()).toEqual(["first Apply", "second Apply"]);
    const left = await client.apply(path(), map({}), { manager: "first" });
    expect(left.body.data).toEqual({ a: "1" });
  });

  it("holds to a resourceVersion, and with a uid does not bring back what is gone", async () => {
    const { body } = await client.apply(path(), map({ a: "1" }));
    const { resourceVersion, uid } = body.metadata;
    expect((await client.apply(path(), map({ a: "2" }, { resourceVersion }))).code).toBe(200);
    expect((await client.apply(path(), map({ a: "3" }, { resourceVersion }))).code).toBe(409);
    await client.delete(path());
    const late = await client.apply(path(), map({ a: "3" }, { resourceVersion, uid }));
    expect(late.code).toBe(409);
    expect(late.body.message).toContain("no existing object was found");
    expect((await client.get(path())).code).toBe(404);
    expect((await client.apply(path(), map({ a: "3" }, { resourceVersion }))).code).toBe(201);
    expect((await client.apply(path(), map({ a: "4" }, { resourceVersion, uid }))).code).toBe(409);
    const stranger = await client.apply(path(), map({ a: "4" }, { uid }));
    expect([stranger.code, stranger.body.details.causes[0].field]).toEqual([422, "metadata.uid"]);
    expect((await client.put(path(), map({ a: "4" }, { uid }))).code).toBe(409);
  });

  it("merges keyed lists, replaces atomic ones and unites sets", async () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, finalizers: ["example.com/a"] },
      spec: { selector: { app: "a" }, ports: [{ name: "http", port: 80 }] },
    };
    await client.apply(`${core}/services/${name}`, service, { manager: "first" });
    const more = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, finalizers: ["example.com/b"] },
      spec: { ports: [{ name: "https", port: 443, protocol: "TCP" }] },
    };
    const { body } = await client.apply(`${core}/services/${name}`, more, { manager: "second" });
    expect(body.spec.ports.map((port: { port: number }) => port.port).sort()).toEqual([443, 80]);
    const finalizers: string[] = [...body.metadata.finalizers].sort();
    expect(finalizers).toEqual(["example.com/a", "example.com/b"]);
    const other = { ...more, spec: { selector: { tier: "b" } } };
    expect((await client.apply(`${core}/services/${name}`, other, { manager: "third" })).code).toBe(409);
    const taken = await client.apply(`${core}/services/${name}`, other, { manager: "third", force: true });
    expect(taken.body.spec.selector).toEqual({ tier: "b" });
    await client.patch(`${core}/services/${name}`, { metadata: { finalizers: null } });
  });

  it("owns the status by the status endpoint only", async () => {
    await client.apply(`${deployments}/${name}`, { ...deployment(name), status: { replicas: 5 } });
    const status = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      status: { observedGeneration: 1 },
    };
    const { body } = await client.apply(`${deployments}/${name}/status`, status, { manager: "controller" });
    expect(body.status).toMatchObject({ observedGeneration: 1 });
    expect(body.status.replicas ?? 0).not.toBe(5);
    const entry = body.metadata.managedFields.find(
      (each: { subresource?: string }) => each.subresource === "status",
    );
    expect(entry).toMatchObject({
      manager: "controller",
      operation: "Apply",
      fieldsV1: { "f:status": { "f:observedGeneration": {} } },
    });
  });

  it("gives a field back to its applier's conflict after somebody else's update", async () => {
    await client.apply(`${deployments}/${name}`, deployment(name, { replicas: 2 }));
    await client.call("PATCH", `${deployments}/${name}?fieldManager=hand`, {
      body: { spec: { replicas: 5 } },
      contentType: "application/merge-patch+json",
    });
    const refused = await client.apply(`${deployments}/${name}`, deployment(name, { replicas: 2 }));
    expect(refused.code).toBe(409);
    expect(refused.body.details.causes[0].message).toMatch(/^conflict with "hand" using apps\/v1/);
    const forced = await client.apply(`${deployments}/${name}`, deployment(name, { replicas: 2 }), {
      force: true,
    });
    expect(forced.body.spec.replicas).toBe(2);
  });
});
