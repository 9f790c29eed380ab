import { Badge } from "@mantine/core";
import { IconCircleCheck, IconCircleDashed, IconCircleX, IconShieldOff } from "@tabler/icons-react";
import type { IsolationVerdict } from "../../../generated/graphql.ts";
import { verdictLooks } from "../verdicts.ts";

const icons = {
  PROVEN: IconCircleCheck,
  BROKEN: IconCircleX,
  NOT_ENFORCED: IconShieldOff,
  UNKNOWN: IconCircleDashed,
} satisfies Record<IsolationVerdict, unknown>;

/** A verdict by word, colour and sign; `null`: never examined. */
export function VerdictBadge({ verdict }: { verdict: IsolationVerdict | null | undefined }) {
  if (!verdict) return <Badge color="gray">Never examined</Badge>;
  const { label, color } = verdictLooks[verdict];
  const Icon = icons[verdict];
  return (
    <Badge color={color} leftSection={<Icon size={13} aria-hidden />} data-verdict={verdict}>
      {label}
    </Badge>
  );
}
