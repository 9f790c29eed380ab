import { randomUUID } from "node:crypto";
import type { Application } from "@odoo-saas/k8s-core";
import pg from "pg";
import type { Viewer } from "../../core/authentication.ts";
import type { ChangeBus, Database, DatabaseTransaction, ReconcileQueue } from "../../core/ports.ts";
import {
  buildKeyedCall,
  findRemembered,
  type KeyedCall,
  type RememberedResult,
  rememberOrReplay,
  replaceRemembered,
} from "../../database/idempotency.ts";
import { withViewer } from "../../database/pool.ts";
import type { StrategyName } from "../../database/tables.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import type { StrategyDecision, StrategyThresholds } from "../../strategy/decide-strategy.ts";
import { decideForInput, recordDecision } from "../strategy/strategy-columns.ts";
import { findWishFaults } from "../strategy/strategy-rules.ts";
import type { KeyedLock } from "./keyed-lock.ts";
import { findSlugTaken, slugTaken } from "./slug-taken.ts";
import { takeSpare } from "./take-spare.ts";
import type { CreateTenantInput } from "./tenant.input.ts";
import { findMembership, insertAudit, insertOperation, insertTenant, slugIndex } from "./tenant.writes.ts";
import {
  type Fault,
  findEmailFault,
  findIdempotencyKeyFault,
  findNameFault,
  findPasswordFault,
  findSlugFault,
} from "./tenant-rules.ts";

/** What the mutations on tenants need. */
export interface TenantMutationDeps {
  database: Database;
  queue: ReconcileQueue;
  changes: ChangeBus;
  application: Pick<Application, "versions" | "bundles" | "imageOf" | "hashPassword">;
  idempotencySecret: string;
  slugLock: KeyedLock;
  strategyThresholds: StrategyThresholds;
}

/** Ids of what a mutation made or found, or what the caller must mend. */
export type MutationResult = { ids: RememberedResult } | { faults: Fault[] };

/** Checks everything that is cheap, hashes the password, then writes all of it in one transaction. */
export function createTenant(
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: CreateTenantInput,
): Promise<MutationResult> {
  const faults = [...findInputFaults(input, deps.application), ...findWishFaults(input, viewer)];
  // One at a time per subdomain: those that lose need no costly password hash.
  return deps.slugLock.run(input.slug, async () => {
    const { adminPassword: _secret, ...remembered } = input;
    const call = buildKeyedCall(deps.idempotencySecret, {
      userId: viewer.userId,
      mutation: "createTenant",
      input: remembered,
    });
    const checked = await withViewer(deps.database, viewer, async (transaction) => {
      const earlier = call && (await findRemembered(transaction, call));
      return earlier ? { earlier } : checkAgainstDatabase(transaction, viewer, input);
    });
    if ("earlier" in checked) return { ids: checked.earlier };
    if ("faults" in checked) return { faults: [...faults, ...checked.faults] };
    if (faults.length > 0) return { faults };
    const passwordHash = await deps.application.hashPassword(input.adminPassword);
    return insertAll(deps, viewer, { ...checked, input, passwordHash, call });
  });
}

function findInputFaults(
  input: CreateTenantInput,
  { versions, bundles }: Pick<Application, "versions" | "bundles">,
): Fault[] {
  const versionFault = {
    code: "VERSION_NOT_AVAILABLE",
    field: "odooVersion",
    message: `Choose one of these versions: ${versions.join(", ")}.`,
  };
  const bundleFault = {
    code: "BUNDLE_NOT_AVAILABLE",
    field: "bundle",
    message: `Choose one of these bundles: ${bundles.join(", ")}.`,
  };
  return [
    findSlugFault(input.slug),
    input.name?.trim() ? findNameFault(input.name.trim()) : undefined,
    findEmailFault(input.adminEmail),
    findPasswordFault(input),
    versions.includes(input.odooVersion) ? undefined : versionFault,
    bundles.includes(input.bundle ?? bundles[0] ?? "") ? undefined : bundleFault,
    findIdempotencyKeyFault(input.idempotencyKey),
  ].filter((fault) => fault !== undefined);
}

const getName = (input: CreateTenantInput): string => (input.name ?? input.slug).trim() || input.slug;

interface Checked {
  plan: { id: string; name: string; strategy: StrategyName };
  organizationId: string;
}

async function checkAgainstDatabase(
  transaction: DatabaseTransaction,
  viewer: Viewer,
  input: CreateTenantInput,
): Promise<Checked | { faults: Fault[] }> {
  const plan = await transaction
    .selectFrom("plans")
    .select(["id", "name", "strategy", "is_available"])
    .where("code", "=", input.planCode)
    .executeTakeFirst();
  const membership = await findChosenMembership(transaction, viewer, input.organizationId);
  const faults: Fault[] = [];
  const taken = findSlugFault(input.slug) ? undefined : await findSlugTaken(transaction, input.slug);
  if (taken) faults.push(taken);
  if (!plan?.is_available) {
    faults.push({
      code: "PLAN_NOT_AVAILABLE",
      field: "planCode",
      message: "This plan cannot be chosen now.",
    });
  }
  if (membership === undefined) {
    faults.push({ code: "NOT_FOUND", field: "organizationId", message: "There is no such organization." });
  } else if (membership.role !== "owner" && membership.role !== "admin") {
    faults.push({
      code: "FORBIDDEN",
      field: "organizationId",
      message: "Your role there may not create instances.",
    });
  }
  if (faults.length > 0 || !plan || !membership) return { faults };
  return { plan, organizationId: membership.organizationId };
}

async function findChosenMembership(
  transaction: DatabaseTransaction,
  viewer: Viewer,
  globalId: string | null | undefined,
) {
  if (globalId === null || globalId === undefined)
    return findMembership(transaction, viewer.userId, undefined);
  const organizationId = decodeIdOf("Organization", globalId);
  return organizationId === undefined
    ? undefined
    : findMembership(transaction, viewer.userId, organizationId);
}

interface ReadyInput extends Checked {
  input: CreateTenantInput;
  passwordHash: string;
  call: KeyedCall | undefined;
}

async function insertAll(
  deps: TenantMutationDeps,
  viewer: Viewer,
  ready: ReadyInput,
): Promise<MutationResult> {
  const operationId = randomUUID();
  try {
    const ids = await withViewer(deps.database, viewer, (transaction) =>
      insertInTransaction(transaction, { deps, viewer, ready, operationId }),
    );
    if (ids.operationId === operationId) {
      deps.changes.publish(`organization:${ready.organizationId}`, `tenant:${ids.tenantId}`);
    }
    return { ids };
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.constraint === slugIndex) return { faults: [slugTaken] };
    throw error;
  }
}

interface Insertion {
  deps: TenantMutationDeps;
  viewer: Viewer;
  ready: ReadyInput;
  operationId: string;
}

/** Ids of what was made, or of what an earlier call with the same key made. */
async function insertInTransaction(
  transaction: DatabaseTransaction,
  insertion: Insertion,
): Promise<RememberedResult> {
  const { deps, viewer, ready, operationId } = insertion;
  const { input, organizationId, plan, call } = ready;
  const provisional = { tenantId: randomUUID(), operationId };
  const earlier = call && (await rememberOrReplay(transaction, call, provisional));
  if (earlier) return earlier;
  const decision = decideForInput(input, plan, deps.strategyThresholds);
  const row = { newId: provisional.tenantId, decision };
  const { tenantId, generation, isWarm } = await takeOrInsert(transaction, insertion, row);
  await recordDecision(transaction, tenantId, { input, decision });
  const ids = { tenantId, operationId };
  if (call && isWarm) await replaceRemembered(transaction, call, ids);
  await insertOperation(transaction, {
    id: operationId,
    tenantId,
    kind: "CREATE",
    generation,
    userId: viewer.userId,
    ...(isWarm && { message: "A prepared instance was taken." }),
  });
  const { slug, odooVersion, planCode, bundle, strategyOverride: override = null } = input;
  await insertAudit(transaction, {
    userId: viewer.userId,
    organizationId,
    action: "tenant.create",
    target: `tenant:${tenantId}`,
    details: { slug, planCode, version: odooVersion, bundle, isWarm, ...decision, override },
  });
  await deps.queue.request(transaction, `tenant:${tenantId}`);
  return ids;
}

/** A warm spare when one is ready, else a row of its own under `newId`. */
async function takeOrInsert(
  transaction: DatabaseTransaction,
  { deps, ready }: Insertion,
  { newId, decision }: { newId: string; decision: StrategyDecision },
): Promise<{ tenantId: string; generation: number; isWarm: boolean }> {
  const { input, organizationId, plan, passwordHash } = ready;
  const { slug, adminEmail, odooVersion } = input;
  const tenant = {
    organizationId,
    slug,
    name: getName(input),
    adminEmail,
    planId: plan.id,
    odooVersion,
    bundle: input.bundle ?? deps.application.bundles[0] ?? "",
    passwordHash,
  };
  const image = deps.application.imageOf(odooVersion);
  // Spares are where their plan puts them, on servers without settings of anybody.
  const fitsSpare = decision.strategy === plan.strategy && input.databaseSettings.length === 0;
  const spare = fitsSpare && (await takeSpare(transaction, { ...tenant, image }));
  if (spare) return { tenantId: spare.id, generation: spare.generation, isWarm: true };
  await insertTenant(transaction, { ...tenant, id: newId });
  return { tenantId: newId, generation: 1, isWarm: false };
}
