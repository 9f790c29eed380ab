import { useMutation } from "@apollo/client/react";
import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import { cancelOperation } from "../api/cancel-operation.ts";
import type { WatchedOperation } from "../api/watch-operation.ts";

type Cancellable = Pick<WatchedOperation, "id" | "kind" | "canCancel" | "cancelRefusal">;

// These are told by the page around them: one deletes an instance that is being made.
const quietKinds = ["CREATE", "DELETE"];

/** Takes back what is under way, or says why that is not possible. */
export function CancelOperation({
  operation: { id, kind, canCancel, cancelRefusal },
}: {
  operation: Cancellable;
}) {
  const [cancel, { loading }] = useMutation(cancelOperation);
  const [errorMessage, setErrorMessage] = useState<string>();
  const send = async () => {
    try {
      const { data } = await cancel({ variables: { input: { operationId: id } } });
      setErrorMessage(data?.cancelOperation.userErrors[0]?.message);
    } catch (error) {
      setErrorMessage(describeError(error));
    }
  };
  if (!canCancel && quietKinds.includes(kind)) return null;
  return (
    <Stack gap="xs" mt="md" align="flex-start">
      <FormError message={errorMessage} />
      {canCancel ? (
        <Button size="xs" variant="default" onClick={send} loading={loading}>
          Cancel
        </Button>
      ) : (
        <Text size="xs" c="dimmed">
          It cannot be cancelled any more. {cancelRefusal}
        </Text>
      )}
    </Stack>
  );
}
