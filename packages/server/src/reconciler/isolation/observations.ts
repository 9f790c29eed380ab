import type { DatabaseObservation } from "../../core/isolation.ts";
import type { ProbeFindings, ProbeOutcome } from "../../probe/protocol.ts";

/** What could not be observed, and why. */
export interface Fault {
  fault: string;
}

/** Pods under a policy that denies everything, and pods under none. */
export interface CanaryObservation {
  at: string;
  /** From an open pod to an open one: the control of the two below. */
  openToOpen: ProbeOutcome;
  openToClosed: ProbeOutcome;
  closedToOpen: ProbeOutcome;
  /** From an open pod, as controls of what tenants must not reach. */
  openToMetadata: ProbeOutcome;
  openToApi: ProbeOutcome;
}

/** Whether the target of a network probe answers its rightful client, and who that is. */
export interface Control {
  isAnswering: boolean;
  how: string;
}

/** From inside the tenant's namespace, and from a stranger's pod outside. */
export interface NetworkObservation {
  at: string;
  canary: CanaryObservation | Fault;
  inside: ProbeFindings | Fault;
  outside: ProbeFindings | Fault;
  /** By the name of the probe's target; a target without a control was not there to be tried. */
  controls: Record<string, Control | undefined>;
}

/** The objects that isolate a tenant, as they are, and what admission says. */
export interface KubernetesObservation {
  at: string;
  /** `differences` of an object that is missing is undefined. */
  objects: { name: string; differences: string[] | undefined }[];
  /** Policies that nobody of ours made: a policy can only allow more. */
  foreignPolicies: string[];
  pods: { name: string; mayHoldToken: boolean }[];
  privileged: Admission;
  hardened: Admission;
}

export interface Admission {
  outcome: "ADMITTED" | "REFUSED_BY_POD_SECURITY" | "REFUSED";
  detail: string;
}

/** Everything that one report rests on. */
export interface Observations {
  network: NetworkObservation;
  database: DatabaseObservation;
  kubernetes: KubernetesObservation | Fault;
}

export const isFault = (value: object): value is Fault => "fault" in value;
