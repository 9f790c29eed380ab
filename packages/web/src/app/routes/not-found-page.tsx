import { Button } from "@mantine/core";
import { Link } from "react-router";
import { FullPageMessage } from "../../components/ui/full-page-message.tsx";

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <FullPageMessage
      title="Page not found"
      action={
        <Button component={Link} to="/">
          To the start page
        </Button>
      }
    >
      There is nothing at this address. It may have moved, or the link has a typing mistake.
    </FullPageMessage>
  );
}
