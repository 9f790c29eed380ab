import { AppShell, Burger, Button, Center, Group, Loader } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect } from "react";
import { Outlet, useLocation } from "react-router";
import { BrandMark } from "../components/ui/brand-mark.tsx";
import { FullPageMessage } from "../components/ui/full-page-message.tsx";
import { LiveIndicator } from "../components/ui/live-indicator.tsx";
import { useViewer } from "../features/account/api/viewer.ts";
import { describeError } from "../lib/api/describe-error.ts";
import { ShellNavbar } from "./shell-navbar.tsx";

/** The frame of all pages behind the sign-in. */
export function Component() {
  const { data, error, refetch } = useViewer();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu of small screens
  useEffect(close, [pathname]);

  if (data === undefined) {
    if (error === undefined) {
      return (
        <Center mih="100dvh">
          <Loader aria-label="Loading" />
        </Center>
      );
    }
    return (
      <FullPageMessage
        title="That did not work"
        action={<Button onClick={() => void refetch()}>Try again</Button>}
      >
        {describeError(error)}
      </FullPageMessage>
    );
  }
  return (
    <AppShell
      header={{ height: { base: 56, sm: 0 } }}
      navbar={{ width: 248, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding={{ base: "md", sm: "xl" }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header hiddenFrom="sm">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} size="sm" aria-label="Menu" />
            <BrandMark size={26} />
          </Group>
          <LiveIndicator />
        </Group>
      </AppShell.Header>
      <ShellNavbar viewer={data.viewer} />
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: "none" }}>
        <div style={{ maxWidth: 1200, marginInline: "auto" }}>
          <Outlet context={data.viewer} />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}
