import type { IsolationProbe } from "../../core/isolation.ts";
import type { ProbeFindings } from "../../probe/protocol.ts";
import { type Fault, isFault, type KubernetesObservation } from "./observations.ts";

type Judgement = Pick<IsolationProbe, "verdict" | "evidence" | "remedy">;
interface Claim extends Pick<IsolationProbe, "id" | "claim" | "how"> {
  judge(observation: KubernetesObservation, inside: ProbeFindings | Fault): Judgement;
}

const unknown = (evidence: string): Judgement => ({ verdict: "UNKNOWN", evidence, remedy: null });
const proven = (evidence: string): Judgement => ({ verdict: "PROVEN", evidence, remedy: null });
const broken = (evidence: string, remedy: string): Judgement => ({ verdict: "BROKEN", evidence, remedy });

const putBack = "The platform puts it back at its next look; if it does not stay, find out who changes it.";

const claims: Claim[] = [
  {
    id: "kubernetes.policies",
    claim: "The namespace's network policies are as the platform built them, and there are no others",
    how: "Read every NetworkPolicy of the namespace and compared it field by field.",
    judge(observation) {
      if (observation.foreignPolicies.length > 0) {
        const evidence = `Not the platform's: ${observation.foreignPolicies.join(", ")}.`;
        return broken(evidence, "Remove them: a policy can only allow more.");
      }
      return judgeObjects(observation, (name) => name.startsWith("NetworkPolicy/"));
    },
  },
  {
    id: "kubernetes.limits",
    claim: "Quota and limits of the plan are in place",
    how: "Read ResourceQuota and LimitRange and compared them with the plan.",
    judge: (observation) => judgeObjects(observation, (name) => /^(ResourceQuota|LimitRange)\//.test(name)),
  },
  {
    id: "kubernetes.pod-security-label",
    claim: "The namespace asks for Pod Security “restricted”",
    how: "Read the namespace's labels.",
    judge: (observation) => judgeObjects(observation, (name) => name.startsWith("Namespace/")),
  },
  {
    id: "kubernetes.pod-security",
    claim: "A privileged pod is refused in the namespace",
    how: "Asked the API server to create one, as a dry run; then the same pod, hardened.",
    judge: judgeAdmission,
  },
  {
    id: "kubernetes.token",
    claim: "No pod of the instance holds a token for the Kubernetes API",
    how: "Read the specification of every pod, and looked for the file inside a pod of the namespace.",
    judge: judgeTokens,
  },
];

/** Pure: the claims about the tenant's namespace. `inside`: what the probe's pod found there. */
export function judgeKubernetes(
  observation: KubernetesObservation | Fault,
  { inside, at }: { inside: ProbeFindings | Fault; at: string },
): IsolationProbe[] {
  return claims.map(({ judge, ...texts }) => ({
    ...texts,
    group: "KUBERNETES",
    ...(isFault(observation) ? unknown(observation.fault) : judge(observation, inside)),
    at: isFault(observation) ? at : observation.at,
  }));
}

function judgeObjects({ objects }: KubernetesObservation, isOf: (name: string) => boolean): Judgement {
  const wanted = objects.filter(({ name }) => isOf(name));
  const bad = wanted.filter(({ differences }) => differences === undefined || differences.length > 0);
  if (wanted.length === 0) return unknown("There was nothing to compare with.");
  if (bad.length === 0) return proven(`As built: ${wanted.map(({ name }) => name).join(", ")}.`);
  const faults = bad.map(({ name, differences }) =>
    differences === undefined ? `${name} is missing` : `${name} differs in ${differences.join(", ")}`,
  );
  return broken(`${faults.join("; ")}.`, putBack);
}

function judgeAdmission({ privileged, hardened }: KubernetesObservation): Judgement {
  if (privileged.outcome === "ADMITTED") {
    return broken("It was admitted.", "See that the API server runs the admission plugin PodSecurity.");
  }
  if (privileged.outcome === "REFUSED") {
    return unknown(`It was refused, but not by Pod Security (${privileged.detail}).`);
  }
  return hardened.outcome === "ADMITTED"
    ? proven("Pod Security refused it, and let the hardened one pass.")
    : unknown(`Pod Security refused it; the hardened one was refused as well (${hardened.detail}).`);
}

function judgeTokens({ pods }: KubernetesObservation, inside: ProbeFindings | Fault): Judgement {
  const holders = pods.filter(({ mayHoldToken }) => mayHoldToken).map(({ name }) => name);
  const remedy = "Set automountServiceAccountToken to false there, and delete the pod.";
  if (holders.length > 0) return broken(`Mounted in ${holders.join(", ")}.`, remedy);
  if (isFault(inside)) return unknown(`By specification in none of ${pods.length} pod(s). ${inside.fault}`);
  if (inside.hasToken) return broken("There was one inside a pod of the namespace.", remedy);
  return proven(`In none of ${pods.length} pod(s) by specification, nor inside the one that looked.`);
}
