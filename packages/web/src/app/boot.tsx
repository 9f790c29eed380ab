import { Button, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { StrictMode, useCallback, useEffect, useState } from "react";
import { FullPageMessage } from "../components/ui/full-page-message.tsx";
import { type AppConfig, fetchAppConfig } from "../config/app-config.ts";
import { resolveCssVariables, theme } from "../config/theme.ts";
import { makeAuthClient } from "../lib/session/auth-client.ts";
import { makeSessionStore } from "../lib/session/session-store.ts";
import { App, type AppParts } from "./app.tsx";
import { makeRouter } from "./router.tsx";

/** Fetches the configuration, then makes what lives as long as the page. */
export function Boot() {
  const [parts, setParts] = useState<AppParts>();
  const [problem, setProblem] = useState<string>();

  const start = useCallback(async () => {
    setProblem(undefined);
    try {
      setParts(makeParts(await fetchAppConfig()));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, []);
  useEffect(() => void start(), [start]);

  return (
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={resolveCssVariables} defaultColorScheme="auto">
        <Notifications position="bottom-right" />
        {parts !== undefined && <App {...parts} />}
        {problem !== undefined && <Unreachable problem={problem} onRetry={start} />}
      </MantineProvider>
    </StrictMode>
  );
}

let made: AppParts | undefined;

/** Once per page, also when React runs effects twice in development. */
function makeParts(config: AppConfig): AppParts {
  if (made === undefined) {
    const auth = makeAuthClient(config);
    made = { platform: { config, auth, session: makeSessionStore(auth) }, router: makeRouter(auth) };
  }
  return made;
}

function Unreachable({ problem, onRetry }: { problem: string; onRetry(): void }) {
  return (
    <FullPageMessage
      title="The service cannot be reached"
      action={<Button onClick={onRetry}>Try again</Button>}
    >
      {problem} Check your connection, or try again in a moment.
    </FullPageMessage>
  );
}
