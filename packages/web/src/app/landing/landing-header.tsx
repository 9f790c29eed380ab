import { Button, Container, Group } from "@mantine/core";
import { Link } from "react-router";
import { BrandMark } from "../../components/ui/brand-mark.tsx";
import { ColorSchemeToggle } from "../../components/ui/color-scheme-toggle.tsx";
import { useSession } from "../../lib/session/session-context.ts";

/** The bar above the landing page. */
export function LandingHeader() {
  const isSignedIn = useSession().status === "signed-in";
  return (
    <Container size="lg" component="header" py="md">
      <Group justify="space-between" wrap="nowrap">
        <BrandMark />
        <Group gap="xs" wrap="nowrap">
          <ColorSchemeToggle />
          {isSignedIn ? (
            <Button component={Link} to="/dashboard">
              Dashboard
            </Button>
          ) : (
            <>
              <Button component={Link} to="/sign-in" variant="default">
                Sign in
              </Button>
              <Button component={Link} to="/sign-up" visibleFrom="xs">
                Get started
              </Button>
            </>
          )}
        </Group>
      </Group>
    </Container>
  );
}
