import { Avatar, Group, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconChevronUp, IconLogout } from "@tabler/icons-react";
import { useSignOut } from "../api/sign-out.ts";

/** Who is signed in, and the way out. */
export function AccountMenu({ email }: { email: string }) {
  const signOut = useSignOut();
  return (
    <Menu position="top-start" width="target" withinPortal>
      <Menu.Target>
        <UnstyledButton aria-label={`Account ${email}`} flex={1} p={6} style={{ minWidth: 0 }}>
          <Group gap="xs" wrap="nowrap">
            <Avatar size={30} radius="xl" color="iris" name={email} aria-hidden />
            <Text size="sm" truncate flex={1}>
              {email}
            </Text>
            <IconChevronUp size={14} aria-hidden />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
