import { useState } from "react";
import { describeAuthError } from "../../../lib/session/describe-auth-error.ts";

/** Runs one call of supabase-js for a form: busy while it runs, its error in words. */
export function useAuthAction() {
  const [isBusy, setIsBusy] = useState(false);
  const [errorMessage, setErrorMessage] = useState<string>();

  const run = async (action: () => Promise<{ error: unknown }>): Promise<boolean> => {
    setIsBusy(true);
    setErrorMessage(undefined);
    try {
      const { error } = await action();
      if (error) setErrorMessage(describeAuthError(error));
      return !error;
    } catch (error) {
      setErrorMessage(describeAuthError(error));
      return false;
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, errorMessage, run };
}
