import { ActionIcon, Menu } from "@mantine/core";
import { IconDoorExit, IconDots, IconLock, IconLockOpen, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { PoolState } from "../../../generated/graphql.ts";
import type { PoolChangeKind } from "../api/change-pool.ts";
import { ChangePoolModal } from "./change-pool-modal.tsx";

interface PoolMenuProps {
  pool: { id: string; name: string; desiredState: PoolState; isBeingRemoved: boolean; tenantCount: number };
}

/** What can be done with a pool, each after a confirmation. */
export function PoolMenu({ pool }: PoolMenuProps) {
  const [asking, setAsking] = useState<PoolChangeKind>();
  const { desiredState: wish, tenantCount } = pool;
  const items = [
    { kind: "uncordon", label: "Open again", icon: IconLockOpen, isShown: wish !== "ACTIVE" },
    { kind: "cordon", label: "Cordon", icon: IconLock, isShown: wish !== "CORDONED" },
    { kind: "drain", label: "Drain", icon: IconDoorExit, isShown: wish !== "DRAINING" },
    { kind: "remove", label: "Remove", icon: IconTrash, isShown: wish === "DRAINING" },
  ] as const;
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Actions for ${pool.name}`}
            disabled={pool.isBeingRemoved}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {items
            .filter(({ isShown }) => isShown)
            .map(({ kind, label, icon: Icon }) => (
              <Menu.Item
                key={kind}
                leftSection={<Icon size={16} />}
                onClick={() => setAsking(kind)}
                disabled={kind === "remove" && tenantCount > 0}
                {...(kind === "remove" && { color: "red" })}
              >
                {kind === "remove" && tenantCount > 0 ? "Remove (not empty yet)" : label}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
      {asking !== undefined && (
        <ChangePoolModal kind={asking} pool={pool} onClose={() => setAsking(undefined)} />
      )}
    </>
  );
}
