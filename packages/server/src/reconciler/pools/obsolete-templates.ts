import type { TemplateState } from "../../core/postgres-servers.ts";
import type { TemplateRecord } from "../../database/tables.ts";
import type { Template } from "./build-template.ts";
import { inPoolSession, type PoolRun } from "./pool-run.ts";

/**
 * Templates of this application that nobody wants any more: kept for a grace time, because servers of two versions
 * may be at work during an update; dropped when the template that replaces them is there. Returns those that are left.
 */
export async function dropObsoleteTemplates(
  run: PoolRun,
  { states, wanted }: { states: ReadonlyMap<string, TemplateState>; wanted: Template[] },
): Promise<TemplateRecord[]> {
  const { application, clock, settings, log } = run.reconciler;
  const names = new Set(wanted.map(({ name }) => name));
  const prefix = `template_${application.name}_`;
  const left: TemplateRecord[] = [];
  for (const [name, state] of states) {
    if (names.has(name) || !name.startsWith(prefix)) continue;
    const record = buildObsolete(run, name);
    const ageMs = clock.now().getTime() - Date.parse(record.since);
    const isReplaced = wanted.every((template) => states.get(template.name) === "READY");
    if (ageMs < settings.pool.templateGraceMs || (state === "READY" && !isReplaced)) {
      left.push(record);
      continue;
    }
    // Waits for a clone under way: CREATE DATABASE holds a lock on its template.
    await inPoolSession(run, (session) => session.dropTemplate(name));
    log.info({ pool: run.pool.name, template: name }, "dropped a template that nobody wants any more");
  }
  return left;
}

function buildObsolete({ pool, reconciler }: PoolRun, name: string): TemplateRecord {
  const known = pool.templates.find((record) => record.name === name);
  const { version = "", bundle = "" } = known ?? {};
  const since = known?.state === "OBSOLETE" ? known.since : reconciler.clock.now().toISOString();
  return { name, version, bundle, state: "OBSOLETE", message: "Of an earlier image or bundle.", since };
}
