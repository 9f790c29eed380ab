import { Alert } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";

/** What went wrong with a whole form; nothing when `message` is empty. */
export function FormError({ message }: { message: string | undefined }) {
  if (!message) return null;
  return (
    <Alert color="red" icon={<IconAlertCircle />} role="alert" p="sm">
      {message}
    </Alert>
  );
}
