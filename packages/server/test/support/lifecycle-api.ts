import { type Json, startTestApi, type TestApi, type TestUser } from "./test-api.ts";

const create = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
  tenant { id } operation { id } userErrors { code field message } } }`;
const answer = `{ tenant { desiredRunState plan { code } actions { kind isAvailable refusal } }
  operation { id kind state summary requestedBy plannedSteps canCancel cancelRefusal }
  userErrors { code field message } }`;
const mutations = {
  startTenant: `mutation ($input: StartTenantInput!) { startTenant(input: $input) ${answer} }`,
  stopTenant: `mutation ($input: StopTenantInput!) { stopTenant(input: $input) ${answer} }`,
  restartTenant: `mutation ($input: RestartTenantInput!) { restartTenant(input: $input) ${answer} }`,
  resetAdminPassword: `mutation ($input: ResetAdminPasswordInput!) { resetAdminPassword(input: $input) ${answer} }`,
  changeTenantPlan: `mutation ($input: ChangeTenantPlanInput!) { changeTenantPlan(input: $input) ${answer} }`,
  rotateDatabaseCredentials: `mutation ($input: RotateDatabaseCredentialsInput!) {
    rotateDatabaseCredentials(input: $input) ${answer} }`,
  cancelOperation: `mutation ($input: CancelOperationInput!) { cancelOperation(input: $input) ${answer} }`,
};

export type LifecycleMutation = keyof typeof mutations;

const uuidOf = (globalId: string) => Buffer.from(globalId, "base64url").toString().split(":")[1]!;

/** The API with somebody who asks things of tenants; there is no reconciler, so nothing happens by itself. */
export async function startLifecycleApi() {
  const api: TestApi = await startTestApi();
  const { owner } = api.database;
  const [ann, bob] = await Promise.all([api.signIn(), api.signIn()]);
  const askAs = (user: TestUser, name: LifecycleMutation, input: Json) =>
    user.query(mutations[name], { input });

  const rowOf = (id: string) =>
    owner.selectFrom("tenants").selectAll().where("id", "=", uuidOf(id)).executeTakeFirstOrThrow();
  const operationsOf = (id: string) =>
    owner
      .selectFrom("operations")
      .select(["id", "kind", "state", "generation", "error"])
      .where("tenant_id", "=", uuidOf(id))
      .orderBy("generation")
      .execute();
  const finishAll = (id: string) =>
    owner
      .updateTable("operations")
      .set({ state: "SUCCEEDED", finished_at: new Date() })
      .where("tenant_id", "=", uuidOf(id))
      .where("state", "in", ["PENDING", "RUNNING"])
      .execute();
  const beginCreation = async (slug: string): Promise<string> => {
    const input = { slug, adminEmail: "boss@example.com", adminPassword: "correct horse" };
    return (await ann.query(create, { input })).data.createTenant.tenant.id;
  };

  return {
    ...api,
    ann,
    bob,
    uuidOf,
    askAs,
    rowOf,
    operationsOf,
    finishAll,
    beginCreation,
    async ask(name: LifecycleMutation, input: Json): Promise<Json> {
      const { data, errors } = await askAs(ann, name, input);
      if (errors) throw new Error(JSON.stringify(errors));
      return data[name];
    },
    /** A tenant whose creation is over, as the reconciler would leave it. */
    async makeTenant(slug: string, state: "RUNNING" | "STOPPED" | "FAILED" = "RUNNING"): Promise<string> {
      const id = await beginCreation(slug);
      await finishAll(id);
      const desired = state === "STOPPED" ? "STOPPED" : "RUNNING";
      await owner
        .updateTable("tenants")
        .set({ state, desired_run_state: desired, pending_admin_password_hash: null })
        .where("slug", "=", slug)
        .execute();
      return id;
    },
    /** All that a mutation could have changed. */
    everythingOf: async (id: string) => ({
      row: await rowOf(id),
      operations: await operationsOf(id),
      audit: await owner.selectFrom("audit_log").select("id").execute(),
      queue: await owner
        .selectFrom("reconcile_queue")
        .select("revision")
        .where("key", "=", `tenant:${uuidOf(id)}`)
        .execute(),
    }),
  };
}

export type LifecycleApi = Awaited<ReturnType<typeof startLifecycleApi>>;
