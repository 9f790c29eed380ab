import type { ClusterReader } from "../../test/support/cluster-reader.ts";
import type { PlatformClient } from "../../test/support/platform-client.ts";
import type { CreatedTenant } from "../../test/support/tenant-journeys.ts";

type Times = Record<string, string | undefined>;

const allApplied = "platform: all objects applied";
const containerRuns = "kubelet: container runs";

interface Watched {
  metadata: { creationTimestamp: string };
  status?: {
    startTime?: string;
    conditions?: { type: string; status: string; lastTransitionTime: string }[];
    containerStatuses?: { state: { running?: { startedAt: string } } }[];
  };
}

/** When each component had done its part of a creation: the platform first, then Kubernetes' own, in their order. */
export async function readMilestones(
  cluster: ClusterReader,
  client: PlatformClient,
  tenant: CreatedTenant,
): Promise<Times> {
  type Answer = { operation: { events: { step: string; state: string; at: string }[] } };
  const query = "query ($id: ID!) { operation(id: $id) { events { step state at } } }";
  const { operation } = await client.request<Answer>(query, { id: tenant.operationId });
  const doneAt = (step: string) =>
    operation.events.find((event) => event.step === step && event.state === "SUCCEEDED")?.at;
  const find = async (path: string) =>
    (await cluster.list(`${path.replace("*", `namespaces/${tenant.namespace}`)}`)) as unknown as Watched[];
  const [replicaSet] = await find("/apis/apps/v1/*/replicasets");
  const [pod] = await find("/api/v1/*/pods");
  const conditionAt = (type: string) =>
    pod?.status?.conditions?.find((each) => each.type === type && each.status === "True")?.lastTransitionTime;
  return {
    "platform: namespace": doneAt("NAMESPACE"),
    "platform: database and identity": doneAt("IDENTITY"),
    [allApplied]: doneAt("WORKLOAD"),
    "controller-manager: ReplicaSet": replicaSet?.metadata.creationTimestamp,
    "controller-manager: Pod": pod?.metadata.creationTimestamp,
    "scheduler: Pod placed": conditionAt("PodScheduled"),
    "kubelet: Pod seen": pod?.status?.startTime,
    [containerRuns]: pod?.status?.containerStatuses?.[0]?.state.running?.startedAt,
    "kubelet: Pod ready": conditionAt("Ready"),
    "platform: RUNNING told": doneAt("READY"),
  };
}

/** Whether nothing is left to do for the platform but to wait for the pod. */
export const platformIsDone = (times: Times) => times[allApplied] !== undefined;

/** When the pod's container had been started; not a number before. */
export const containerRunsAtMs = (times: Times) => Date.parse(times[containerRuns] ?? "");

/** One line each, in seconds after `fromMs`. */
export function formatMilestones(times: Times, fromMs: number): string {
  const lines = Object.entries(times).map(([what, at]) => {
    const seconds = at === undefined ? "-" : ((Date.parse(at) - fromMs) / 1_000).toFixed(1);
    return `${what.padEnd(34)}${seconds.padStart(7)}`;
  });
  return lines.join("\n");
}
