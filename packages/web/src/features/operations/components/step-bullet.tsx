import { Loader, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconHourglass, IconX } from "@tabler/icons-react";
import type { TimelineStep } from "../timeline.ts";

const looks = {
  PENDING: { label: "to come", icon: null },
  RUNNING: { label: "under way", icon: <Loader size={14} color="white" /> },
  WAITING: { label: "waiting", icon: <IconHourglass size={14} /> },
  SUCCEEDED: { label: "done", icon: <IconCheck size={14} stroke={3} /> },
  FAILED: { label: "failed", icon: <IconX size={14} stroke={3} /> },
};

/** The sign of a step's state; screen readers get a word. */
export function StepBullet({ state }: { state: TimelineStep["state"] }) {
  return (
    <>
      {looks[state].icon}
      <VisuallyHidden>{looks[state].label}</VisuallyHidden>
    </>
  );
}
