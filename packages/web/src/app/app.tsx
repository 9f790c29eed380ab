import { RouterProvider } from "react-router/dom";
import { ApiProvider } from "../lib/api/api-provider.tsx";
import { type Platform, PlatformContext, useSession } from "../lib/session/session-context.ts";
import type { AppRouter } from "./router.tsx";

export interface AppParts {
  platform: Platform;
  router: AppRouter;
}

/** The providers around the pages. */
export function App({ platform, router }: AppParts) {
  return (
    <PlatformContext value={platform}>
      <PerSession>
        <RouterProvider router={router} />
      </PerSession>
    </PlatformContext>
  );
}

/** Another user gets another API: another cache, another socket. */
function PerSession({ children }: { children: React.ReactNode }) {
  const session = useSession();
  if (session.status === "loading") return null;
  return <ApiProvider key={session.status === "signed-in" ? session.userId : ""}>{children}</ApiProvider>;
}
