import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import { type RequestDocument, useRequest } from "./use-request.ts";

interface ConfirmModalProps {
  tenantId: string;
  document: RequestDocument<{ tenantId: string; idempotencyKey?: string | null | undefined }>;
  title: string;
  verb: string;
  /** What it means. */
  children: ReactNode;
  onClose(): void;
}

/** Asks once more before something that people notice. */
export function ConfirmModal({ tenantId, document, title, verb, children, onClose }: ConfirmModalProps) {
  const { send, isBusy, errorMessage } = useRequest(document, { accepted: onClose });
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        <Text size="sm">{children}</Text>
        <FormError message={errorMessage} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button onClick={() => send({ tenantId })} loading={isBusy} data-autofocus>
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
