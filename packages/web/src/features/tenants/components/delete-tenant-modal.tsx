import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import { TypedConfirmation } from "../../../components/ui/typed-confirmation.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import { makeIdempotencyKey } from "../../../lib/idempotency-key.ts";
import { useDeleteTenant } from "../api/delete-tenant.ts";

interface DeleteTenantModalProps {
  id: string;
  slug: string;
  onClose(): void;
}

/** Deletes only after the subdomain was typed again. */
export function DeleteTenantModal({ id, slug, onClose }: DeleteTenantModalProps) {
  const [confirmation, setConfirmation] = useState("");
  const [errorMessage, setErrorMessage] = useState<string>();
  const [idempotencyKey] = useState(makeIdempotencyKey);
  const [deleteTenant, { loading }] = useDeleteTenant();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const { data } = await deleteTenant({
        variables: { input: { tenantId: id, confirmation, idempotencyKey } },
      });
      const problem = data?.deleteTenant.userErrors[0];
      if (problem) setErrorMessage(problem.message);
      else onClose();
    } catch (error) {
      setErrorMessage(describeError(error));
    }
  };

  return (
    <Modal opened onClose={onClose} title={`Delete ${slug}?`}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            The instance, its database and all its files will be deleted. This cannot be undone.
          </Text>
          <FormError message={errorMessage} />
          <TypedConfirmation name={slug} value={confirmation} onChange={setConfirmation} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Keep it
            </Button>
            <Button type="submit" color="red" disabled={confirmation !== slug} loading={loading}>
              Delete for good
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
