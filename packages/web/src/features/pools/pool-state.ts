import type { PoolState, TemplateState } from "../../generated/graphql.ts";

/** A state in words and colour. */
export interface StateLook {
  label: string;
  color: string;
}

export const poolLooks: Record<PoolState, StateLook & { hint: string }> = {
  PREPARING: { label: "Preparing", color: "blue", hint: "Its server and first template are being made." },
  ACTIVE: { label: "Active", color: "teal", hint: "It takes new instances." },
  CORDONED: { label: "Cordoned", color: "orange", hint: "No new instances; those in it go on." },
  DRAINING: { label: "Draining", color: "orange", hint: "No new instances; it can go when it is empty." },
  FAILED: { label: "Failed", color: "red", hint: "Its server does not answer." },
};

export const templateLooks: Record<TemplateState, StateLook> = {
  WAITING: { label: "Waiting", color: "gray" },
  BUILDING: { label: "Building", color: "blue" },
  READY: { label: "Ready", color: "teal" },
  FAILED: { label: "Failed", color: "red" },
  OBSOLETE: { label: "Obsolete", color: "gray" },
};

/** From green over orange to red, as it fills. */
export function colorOfShare(share: number): string {
  if (share >= 0.9) return "red";
  return share >= 0.75 ? "orange" : "teal";
}
