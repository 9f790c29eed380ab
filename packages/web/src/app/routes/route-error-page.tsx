import { Button } from "@mantine/core";
import { useEffect } from "react";
import { useRouteError } from "react-router";
import { FullPageMessage } from "../../components/ui/full-page-message.tsx";

/** A page broke, or its code could not be loaded after an update. */
export function RouteErrorPage() {
  const error = useRouteError();
  useEffect(() => console.error(error), [error]);
  return (
    <FullPageMessage
      title="Something broke"
      action={<Button onClick={() => location.reload()}>Reload the page</Button>}
    >
      This page could not be shown. Reloading usually helps, also when the application was updated meanwhile.
    </FullPageMessage>
  );
}
