import { Anchor, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import type { TenantState } from "../../../generated/graphql.ts";
import { isReachable } from "../tenant-state.ts";

/** The instance's address; a link as soon as somebody answers there. */
export function InstanceLink({ url, state }: { url: string; state: TenantState }) {
  const address = url.replace(/^https?:\/\//, "").replace(/\/$/, "");
  if (!isReachable(state)) {
    return (
      <Text size="sm" c="dimmed" truncate span>
        {address}
      </Text>
    );
  }
  return (
    <Anchor href={url} target="_blank" rel="noopener" size="sm" style={{ overflowWrap: "anywhere" }}>
      {address}{" "}
      <IconExternalLink size={13} aria-label="(opens in a new tab)" style={{ verticalAlign: "-2px" }} />
    </Anchor>
  );
}
