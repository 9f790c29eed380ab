import type { ConditionStatus } from "../../generated/graphql.ts";

interface Judged {
  type: string;
  status: ConditionStatus;
  reason: string;
}

export interface ConditionWords {
  label: string;
  verdict: string;
  color: string;
}

const labels: Record<string, string> = {
  Ready: "Ready to use",
  WorkloadAvailable: "Odoo is running",
  DatabaseServerReady: "Database server is running",
  Unaltered: "As the platform made it",
  Progressing: "Changes under way",
  VolumeSized: "Its volume has the size of the plan",
};

const calmReasons = ["Available", "Stopped"];

/** A Kubernetes condition as a person would say it. */
export function describeCondition({ type, status, reason }: Judged): ConditionWords {
  const label = labels[type] ?? type;
  if (status === "UNKNOWN") return { label, verdict: "Unknown", color: "gray" };
  if (type === "Progressing") return { label, ...describeProgress(status === "TRUE", reason) };
  return status === "TRUE"
    ? { label, verdict: "Yes", color: "teal" }
    : { label, verdict: "No", color: reason === "Stopped" ? "gray" : "orange" };
}

// Not progressing is good when there is nothing left to do, and bad when something is in the way.
function describeProgress(isProgressing: boolean, reason: string): Omit<ConditionWords, "label"> {
  if (isProgressing) return { verdict: "Yes", color: "iris" };
  return calmReasons.includes(reason)
    ? { verdict: "None", color: "gray" }
    : { verdict: "Stuck", color: "red" };
}

/** What stands below it: the message, or the bare reason when that says more than the verdict does. */
export function explainCondition({ reason, message }: { reason: string; message: string }): string {
  return message !== "" || calmReasons.includes(reason) ? message : reason;
}
