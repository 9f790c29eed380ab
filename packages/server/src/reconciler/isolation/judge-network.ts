import type { IsolationProbe, IsolationVerdict } from "../../core/isolation.ts";
import type { ProbeFindings, ProbeOutcome } from "../../probe/protocol.ts";
import {
  type CanaryObservation,
  type Control,
  type Fault,
  isFault,
  type NetworkObservation,
} from "./observations.ts";

type Judgement = Pick<IsolationProbe, "verdict" | "evidence" | "remedy">;

export const installEngine =
  "Install a network plugin that enforces NetworkPolicies: Calico, Cilium or kube-router. MicroK8s brings Calico: see that its pods in kube-system run.";

/** What the cluster does with policies, by the canary. */
export type Enforcement = "ENFORCED" | "NOT_ENFORCED" | "PARTLY" | "UNKNOWN";

/** Pure: from what the canary's pods could reach. */
export function judgeEnforcement(canary: CanaryObservation | Fault): Enforcement {
  if (isFault(canary) || canary.openToOpen !== "ANSWERED") return "UNKNOWN";
  const isOpen = [canary.openToClosed, canary.closedToOpen].map((outcome) => outcome === "ANSWERED");
  if (isOpen.every(Boolean)) return "NOT_ENFORCED";
  return isOpen.some(Boolean) ? "PARTLY" : "ENFORCED";
}

const canaryEvidence: Record<Enforcement, string> = {
  ENFORCED:
    "An open pod reached an open one, but not the closed one; and the closed one did not reach the open one.",
  NOT_ENFORCED: "Pods under a policy that denies everything were reached, and reached others.",
  PARTLY: "Of a policy that denies everything only one direction is enforced.",
  UNKNOWN: "The canary's pods could not reach each other even without a policy, or did not run.",
};
const canaryVerdict: Record<Enforcement, IsolationVerdict> = {
  ENFORCED: "PROVEN",
  NOT_ENFORCED: "NOT_ENFORCED",
  PARTLY: "NOT_ENFORCED",
  UNKNOWN: "UNKNOWN",
};

function judgeCanary(canary: CanaryObservation | Fault): Judgement {
  const enforcement = judgeEnforcement(canary);
  const isEnforced = enforcement === "ENFORCED";
  const evidence = isFault(canary) ? canary.fault : canaryEvidence[enforcement];
  const remedy = isEnforced ? null : enforcement === "UNKNOWN" ? lookAtCanary : installEngine;
  return { verdict: canaryVerdict[enforcement], evidence, remedy };
}

const lookAtCanary = "Look at the pods in the namespace isolation-canary, and run the report again.";

const silence: Record<Exclude<ProbeOutcome, "ANSWERED">, string> = {
  REFUSED: "the connection was refused",
  TIMED_OUT: "no answer within 3 seconds",
  UNREACHABLE: "no way there",
  FAILED: "no connection",
};

interface Tried {
  outcome: ProbeOutcome | undefined;
  fault: string | undefined;
  control: Control | undefined;
  enforcement: Enforcement;
}

/** What must not answer. A silence counts only if the same target answers somebody who may ask. */
export function judgeDenial({ outcome, fault, control, enforcement }: Tried): Judgement {
  if (outcome === "ANSWERED") return judgeOpenDoor(enforcement);
  if (control === undefined) return unknown("There was nothing of the kind to try it with.");
  if (outcome === undefined) return unknown(fault ?? "It was not tried.");
  const tried = `Tried: ${silence[outcome]}.`;
  if (!control.isAnswering) return unknown(`${tried} But it does not answer ${control.how} either.`);
  return { verdict: "PROVEN", evidence: `${tried} Meanwhile it answered ${control.how}.`, remedy: null };
}

const unknown = (evidence: string): Judgement => ({ verdict: "UNKNOWN", evidence, remedy: null });

function judgeOpenDoor(enforcement: Enforcement): Judgement {
  const isEngineMissing = enforcement === "NOT_ENFORCED" || enforcement === "PARTLY";
  return isEngineMissing
    ? {
        verdict: "NOT_ENFORCED",
        evidence: "It answered: this cluster does not enforce network policies.",
        remedy: null, // the canary's claim says it once
      }
    : {
        verdict: "BROKEN",
        evidence: "It answered.",
        remedy: "Look for a NetworkPolicy that allows it, and at the logs of the network plugin.",
      };
}

/** What must answer, or the policies keep the tenant from its own. */
export function judgeAccess({ outcome, fault, control }: Tried): Judgement {
  if (outcome === "ANSWERED") return { verdict: "PROVEN", evidence: "It answered.", remedy: null };
  if (outcome === undefined) return unknown(fault ?? "It was not tried.");
  if (!control?.isAnswering) return unknown("It does not answer the platform either.");
  const remedy = "Look for a NetworkPolicy that denies it, and at the logs of the network plugin.";
  return { verdict: "BROKEN", evidence: `Tried: ${silence[outcome]}.`, remedy };
}

interface Claim {
  target: string;
  from: "inside" | "outside";
  claim: string;
  how: string;
  judge: (tried: Tried) => Judgement;
}

const fromInside = "From a pod in the instance's namespace, under its policies:";
const fromOutside = "From a pod in another namespace, under no policy:";

const claims: Claim[] = [
  {
    target: "own-database",
    from: "inside",
    claim: "The instance reaches its own database server",
    how: `${fromInside} asked PostgreSQL for TLS.`,
    judge: judgeAccess,
  },
  {
    target: "neighbour",
    from: "inside",
    claim: "The instance cannot reach another customer's instance",
    how: `${fromInside} asked {neighbour} at {neighbourAddress} by HTTP.`,
    judge: judgeDenial,
  },
  {
    target: "other-server",
    from: "inside",
    claim: "The instance cannot reach another database server",
    how: `${fromInside} asked PostgreSQL of {otherServer} at {otherServerAddress} for TLS.`,
    judge: judgeDenial,
  },
  {
    target: "kubernetes-api",
    from: "inside",
    claim: "The instance cannot reach the Kubernetes API",
    how: `${fromInside} connected by TCP.`,
    judge: judgeDenial,
  },
  {
    target: "metadata",
    from: "inside",
    claim: "The instance cannot reach the cloud's metadata",
    how: `${fromInside} connected to 169.254.169.254 by TCP.`,
    judge: judgeDenial,
  },
  {
    target: "own-instance",
    from: "outside",
    claim: "Strangers in the cluster cannot reach the instance past its address",
    how: `${fromOutside} asked the instance's pod by HTTP.`,
    judge: judgeDenial,
  },
  {
    target: "own-server",
    from: "outside",
    claim: "Strangers in the cluster cannot reach the instance's database server",
    how: `${fromOutside} asked PostgreSQL for TLS.`,
    judge: judgeDenial,
  },
];

/** Pure: the claims about the network, from what pods inside and outside could reach. */
export function judgeNetwork(observation: NetworkObservation): IsolationProbe[] {
  const { at, canary, controls } = observation;
  const enforcement = judgeEnforcement(canary);
  const canaryProbe: IsolationProbe = {
    id: "network.enforced",
    group: "NETWORK",
    claim: "This cluster enforces network policies",
    how: "Pods under a policy that denies everything, and pods under none, tried to reach each other.",
    ...judgeCanary(canary),
    at: isFault(canary) ? at : canary.at,
  };
  const probes = claims.map(({ target, from, claim, how, judge }): IsolationProbe => {
    const findings = observation[from];
    const tried = { ...findOutcome(findings, target), control: controls[target], enforcement };
    return { id: `network.${target}`, group: "NETWORK", claim, how, ...judge(tried), at };
  });
  return [canaryProbe, ...probes];
}

function findOutcome(findings: ProbeFindings | Fault, target: string): Pick<Tried, "outcome" | "fault"> {
  if (isFault(findings)) return { outcome: undefined, fault: findings.fault };
  return { outcome: findings.results.find(({ name }) => name === target)?.outcome, fault: undefined };
}
