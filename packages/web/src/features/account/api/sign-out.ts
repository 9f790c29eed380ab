import { useMutation } from "@apollo/client/react";
import { notifications } from "@mantine/notifications";
import { useCallback } from "react";
import { graphql } from "../../../generated/gql.ts";
import { usePlatform } from "../../../lib/session/session-context.ts";

const signOutMutation = graphql(`
  mutation SignOut { signOut { signedOut } }
`);

/** Ends the session on our server first (its sockets close there), then at Supabase and in every tab. */
export function useSignOut() {
  const { session } = usePlatform();
  const [revoke] = useMutation(signOutMutation);
  return useCallback(async () => {
    try {
      await revoke().catch((error: unknown) =>
        console.warn("The server did not confirm the sign-out:", error),
      );
      await session.signOut();
    } catch {
      notifications.show({
        color: "red",
        title: "You are still signed in",
        message: "The sign-in service does not answer. Please try again.",
      });
    }
  }, [revoke, session]);
}
