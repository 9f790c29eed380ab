import { type KubernetesObject, kinds, namesOf, namespaceOf } from "@odoo-saas/k8s-core";
import { readArguments } from "../../src/probe/arguments.ts";
import type { ProbeFindings, ProbeOutcome, ProbeTarget } from "../../src/probe/protocol.ts";
import type { MemoryKubernetes } from "./memory-kubernetes.ts";

/** What a network does with one attempt, given who makes it. */
export type NetworkFixture = (
  target: ProbeTarget,
  from: { namespace: string; isClosed: boolean },
) => ProbeOutcome;

interface JobTemplate {
  template: { metadata: { labels: Record<string, string> }; spec: { containers: [{ args: string[] }] } };
}

/** A cluster whose network plugin enforces policies, written by hand: what is denied is dropped in silence. */
export const enforcing: NetworkFixture = ({ name }, { isClosed }) => {
  const isAllowed = name === "own-database" || ["open", "api"].includes(name);
  return isAllowed && !isClosed ? "ANSWERED" : "TIMED_OUT";
};

/** A cluster that stores policies and does nothing with them, as the sandbox and the test bed do. */
export const notEnforcing: NetworkFixture = () => "ANSWERED";

/** Plays the kubelet for a probe's Job: its pod listens, or ends and leaves what the network let it find. */
export function makeProbePods(kubernetes: MemoryKubernetes, network: NetworkFixture) {
  let nextAddress = 1;
  return (job: KubernetesObject): void => {
    const { namespace = "", name } = job.metadata;
    const { template } = job.spec as JobTemplate;
    const { listen, targets } = readArguments(template.spec.containers[0].args);
    const isClosed = template.metadata.labels["saas-kit/canary"] === "closed";
    const results = targets.map((target) => ({
      ...{ name: target.name, outcome: network(target, { namespace, isClosed }) },
      ...{ detail: "", durationMs: 1 },
    }));
    const findings: ProbeFindings = { hasToken: false, results };
    const ended = { terminated: { exitCode: 0, message: JSON.stringify(findings) } };
    kubernetes.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${name}-pod`,
        namespace,
        labels: { ...template.metadata.labels, "batch.kubernetes.io/job-name": name },
        ownerReferences: [
          { apiVersion: "batch/v1", kind: "Job", name, uid: job.metadata.uid ?? "", controller: true },
        ],
      },
      spec: { automountServiceAccountToken: false },
      status: {
        phase: listen ? "Running" : "Succeeded",
        podIP: `10.9.9.${nextAddress++}`,
        conditions: [{ type: "Ready", status: listen ? "True" : "False" }],
        containerStatuses: [
          { name: "probe", ready: true, restartCount: 0, state: listen ? { running: {} } : ended },
        ],
      },
    });
  };
}

/** The endpoints of an instance's Service, as its controller would make them. */
export function putEndpoints(kubernetes: MemoryKubernetes, tenantId: string, address: string): void {
  const namespace = namespaceOf({ id: tenantId });
  const service = namesOf("odoo").workload;
  kubernetes.put({
    apiVersion: "discovery.k8s.io/v1",
    kind: kinds.EndpointSlice.kind,
    metadata: {
      name: `${service}-1`,
      namespace,
      labels: { "saas-kit/tenant": tenantId, "kubernetes.io/service-name": service },
    },
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: "http", port: 8069 }],
  });
}
