import { Anchor, AppShell, Group, NavLink } from "@mantine/core";
import {
  IconDatabase,
  IconLayoutGrid,
  IconPlus,
  IconShieldCheck,
  IconShieldLock,
  IconTable,
} from "@tabler/icons-react";
import { Link, useLocation } from "react-router";
import { BrandMark } from "../components/ui/brand-mark.tsx";
import { ColorSchemeToggle } from "../components/ui/color-scheme-toggle.tsx";
import { LiveIndicator } from "../components/ui/live-indicator.tsx";
import { AccountMenu } from "../features/account/components/account-menu.tsx";
import type { Viewer } from "./viewer-context.ts";

const links = [
  { path: "/dashboard", label: "Dashboard", icon: IconLayoutGrid, isForAdmins: false },
  { path: "/instances/new", label: "New instance", icon: IconPlus, isForAdmins: false },
  { path: "/admin/instances", label: "All instances", icon: IconTable, isForAdmins: true },
  { path: "/admin/pools", label: "Database pools", icon: IconDatabase, isForAdmins: true },
  { path: "/admin/drift", label: "Drift and orphans", icon: IconShieldCheck, isForAdmins: true },
  { path: "/admin/isolation", label: "Isolation", icon: IconShieldLock, isForAdmins: true },
];

/** Where one can go, who one is, and whether the page is live. */
export function ShellNavbar({ viewer }: { viewer: Viewer }) {
  const { pathname } = useLocation();
  const isAdmin = viewer.platformRole === "ADMIN";
  return (
    <AppShell.Navbar p="sm">
      <AppShell.Section visibleFrom="sm" px={6} py={4} mb="md">
        <Anchor component={Link} to="/" underline="never" c="inherit" aria-label="Home">
          <BrandMark />
        </Anchor>
      </AppShell.Section>
      <AppShell.Section grow component="nav" aria-label="Main">
        {links
          .filter(({ isForAdmins }) => isAdmin || !isForAdmins)
          .map(({ path, label, icon: Icon }) => (
            <NavLink
              key={path}
              component={Link}
              to={path}
              label={label}
              leftSection={<Icon size={18} stroke={1.7} />}
              active={pathname === path}
              aria-current={pathname === path ? "page" : undefined}
              style={{ borderRadius: "var(--mantine-radius-md)" }}
              mb={4}
            />
          ))}
      </AppShell.Section>
      <AppShell.Section px={6} pb={6} visibleFrom="sm">
        <LiveIndicator />
      </AppShell.Section>
      <AppShell.Section style={{ borderTop: "1px solid var(--mantine-color-default-border)" }} pt="xs">
        <Group gap={4} wrap="nowrap">
          <AccountMenu email={viewer.email} />
          <ColorSchemeToggle />
        </Group>
      </AppShell.Section>
    </AppShell.Navbar>
  );
}
