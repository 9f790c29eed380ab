import { kinds, type TemplateSpec } from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type { TemplateState } from "../../core/postgres-servers.ts";
import type { TemplateRecord, TemplateStateName } from "../../database/tables.ts";
import { templateNameOf, templatesOf } from "../templates.ts";
import {
  type BuildStep,
  buildTemplate,
  jobNameOf,
  removeLeftovers,
  type Template,
} from "./build-template.ts";
import { dropObsoleteTemplates } from "./obsolete-templates.ts";
import type { PoolRun } from "./pool-run.ts";

/** Builds the templates that are missing, one at a time, and drops those that nobody wants any more. */
export async function ensureTemplates(run: PoolRun): Promise<TemplateRecord[]> {
  const { application, postgresServers } = run.reconciler;
  const states = await postgresServers.findTemplates(run.pool);
  const specs = templatesOf(application);
  const wanted = specs.map((spec) => ({ spec, name: templateNameOf(application, spec) }));
  await removeStrayJobs(run, wanted);
  const isReady = ({ name }: Template) => states.get(name) === "READY";
  const missing = wanted.filter((template) => !isReady(template));
  for (const template of wanted.filter(isReady)) await removeLeftovers(run, jobNameOf(template.name));
  const steps = await buildNext(run, missing.length > 1 ? await putInOrder(run, missing) : missing, states);
  const records = wanted.map((template) => {
    const step = isReady(template) ? { state: "READY" as const, message: "" } : steps.get(template.name);
    return buildRecord(run, template, step ?? { state: "WAITING", message: "" });
  });
  return [...records, ...(await dropObsoleteTemplates(run, { states, wanted }))];
}

/** The first that is not through holds up the others: two builds at once would slow the tenants of the pool down. */
async function buildNext(
  run: PoolRun,
  missing: Template[],
  states: ReadonlyMap<string, TemplateState>,
): Promise<Map<string, BuildStep>> {
  const steps = new Map<string, BuildStep>();
  for (const template of missing) {
    const step = await buildTemplate(run, template, states.get(template.name));
    steps.set(template.name, step);
    if (step.state === "BUILDING") break;
  }
  return steps;
}

interface Demand {
  version: string;
  bundle: string;
}

/** The first bundle, then what tenants wait for that are or may come here, then the rest. */
async function putInOrder(run: PoolRun, missing: Template[]): Promise<Template[]> {
  const { database, application } = run.reconciler;
  const { rows } = await sql<Demand>`
    select distinct t.odoo_version as version, t.bundle
    from platform.tenants t left join platform.placements p on p.tenant_id = t.id
    where t.state in ('PENDING', 'PROVISIONING') and t.deleted_at is null
      and t.strategy is distinct from 'DEDICATED'
      and coalesce(p.database_server_id, ${run.pool.id}) = ${run.pool.id}
  `.execute(database);
  const isDemanded = ({ version, bundle }: TemplateSpec) =>
    rows.some((row) => row.version === version && row.bundle === bundle);
  const rankOf = ({ spec }: Template) => {
    if (spec.bundle === application.bundles[0]) return 0;
    return isDemanded(spec) ? 1 : 2;
  };
  // One that is being built is let finish: begun anew it would only take longer.
  const isBegun = ({ name }: Template) => findJob(run, name) !== undefined;
  return [...missing].sort((a, b) => Number(isBegun(b)) - Number(isBegun(a)) || rankOf(a) - rankOf(b));
}

const findJob = ({ reconciler, pool }: PoolRun, templateName: string) =>
  reconciler.cluster.caches.of(kinds.Job).find({ namespace: pool.name, name: jobNameOf(templateName) });

/** Builds of an image or a bundle that is no longer wanted would hold up the others. */
async function removeStrayJobs(run: PoolRun, wanted: Template[]): Promise<void> {
  const names = new Set(wanted.map(({ name }) => jobNameOf(name)));
  const isStray = (name: string) => name.startsWith("template-") && !names.has(name);
  const { caches } = run.reconciler.cluster;
  const configMaps = caches.of(kinds.ConfigMap).list(run.pool.name);
  const stray = [...caches.of(kinds.Job).list(run.pool.name), ...configMaps].map(
    ({ metadata }) => metadata.name,
  );
  for (const name of new Set(stray.filter(isStray))) await removeLeftovers(run, name);
}

function buildRecord(run: PoolRun, { spec, name }: Template, { state, message }: Step): TemplateRecord {
  const previous = run.pool.templates.find((known) => known.name === name);
  const since = previous?.state === state ? previous.since : run.reconciler.clock.now().toISOString();
  return { name, ...spec, state, message, since };
}

interface Step {
  state: TemplateStateName;
  message: string;
}
