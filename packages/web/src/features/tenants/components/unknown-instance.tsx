import { Button } from "@mantine/core";
import { Link } from "react-router";
import { FullPageMessage } from "../../../components/ui/full-page-message.tsx";

/** In place of a page about an instance that is not there, or not the viewer's. */
export function UnknownInstance() {
  return (
    <FullPageMessage
      title="No such instance"
      action={
        <Button component={Link} to="/dashboard">
          To the dashboard
        </Button>
      }
    >
      It does not exist, was deleted, or belongs to somebody else.
    </FullPageMessage>
  );
}
