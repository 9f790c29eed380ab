import type { ClusterReader, KubeObject } from "../../test/support/cluster-reader.ts";
import type { PlatformClient } from "../../test/support/platform-client.ts";
import { createTenant, deleteTenant, untilGone, untilState } from "../../test/support/tenant-journeys.ts";
import { throughIngress } from "../../test-node/support/odoo-browser.ts";
import { type MakeDatabase, type Model, type PoolLogin, provisionByHand, withSession } from "../floor.ts";

/** One way to an instance whose `/web/login` answers; returns its clean-up. */
export type Way = () => Promise<() => Promise<void>>;

const withinMs = 120_000;
const pollMs = 20;

/** Until the login page of a host name answers at the ingress. */
export async function untilLogin(port: number, host: string): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const answer = await throughIngress({ port, host, path: "/web/login" }).catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > deadlineMs) throw new Error(`${host}: ${answer?.status ?? "no answer"}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

let count = 0;
export const nextSlug = () => {
  count += 1;
  return `bench-${count}`;
};

/** By the mutation of the API. */
export function platformWay(client: PlatformClient, ingressPort: number): Way {
  return async () => {
    const slug = nextSlug();
    const tenant = await createTenant(client, slug);
    await untilLogin(ingressPort, `${slug}.localhost`);
    return async () => {
      await untilState(client, tenant, { state: "RUNNING", timeoutMs: withinMs });
      await deleteTenant(client, tenant, slug);
      await untilGone(client, tenant, withinMs);
    };
  };
}

/** By hand, the objects of a tenant of the platform as the model. */
export function handWay(
  { cluster, ingressPort, login }: { cluster: ClusterReader; ingressPort: number; login: PoolLogin },
  model: Model,
): Way {
  return () => provisionByHand(withLogin(cluster, ingressPort), login, model);
}

/** The instance counts as there when its login page answers, as for the platform. */
function withLogin(cluster: ClusterReader, ingressPort: number): ClusterReader {
  const applied = new Map<string, (host: string) => void>();
  const hostOf = (namespace: string) =>
    new Promise<string>((resolve) => {
      applied.set(namespace, resolve);
    });
  return {
    ...cluster,
    async applyAll(fieldManager, objects) {
      await cluster.applyAll(fieldManager, objects);
      for (const object of objects)
        if (object.kind === "Ingress") applied.get(object.metadata.namespace!)?.(readHost(object));
    },
    untilAvailable: async (namespace) => untilLogin(ingressPort, await hostOf(namespace)),
  };
}

const readHost = ({ spec }: KubeObject) => (spec as { rules: { host: string }[] }).rules[0]!.host;

/** Odoo makes its tables in the pod before it answers. */
export function buildInitModel(model: Model): Model {
  const objects = model.objects.map((object) => {
    if (object.kind !== "Deployment") return object;
    const copy = structuredClone(object) as KubeObject & { spec: DeploymentSpec };
    const container = copy.spec.template.spec.containers[0]!;
    container.args = [...container.args, "-i", "base"];
    return copy;
  });
  return { ...model, objects, makeDatabase: makeEmptyDatabase };
}

interface DeploymentSpec {
  template: { spec: { containers: { args: string[] }[] } };
}

const makeEmptyDatabase: MakeDatabase = async (pool, { name, password }) => {
  await withSession({ ...pool, database: "postgres" }, async (sql) => {
    await sql(`create role "${name}" login connection limit 16 password '${password}'`);
    await sql(`create database "${name}" template template0`);
    await sql(`revoke all on database "${name}" from public`);
    await sql(`grant connect, temporary on database "${name}" to "${name}"`);
  });
  await withSession({ ...pool, database: name }, async (sql) => {
    await sql("create extension pg_trgm");
    await sql("create extension unaccent");
    await sql(`alter schema public owner to "${name}"`);
  });
};
