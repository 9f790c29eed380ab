import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import { minPasswordLength } from "../../../lib/password.ts";
import { resetAdminPassword } from "../api/lifecycle.ts";
import { AdminPasswordField } from "../components/admin-password-field.tsx";
import { useRequest } from "./use-request.ts";

interface ResetPasswordModalProps {
  tenantId: string;
  adminEmail: string;
  onClose(): void;
}

/** Another password for Odoo's administrator. */
export function ResetPasswordModal({ tenantId, adminEmail, onClose }: ResetPasswordModalProps) {
  const [newPassword, setNewPassword] = useState("");
  const { send, isBusy, errorMessage } = useRequest(resetAdminPassword, { accepted: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send({ tenantId, newPassword });
  };
  return (
    <Modal opened onClose={onClose} title="Reset the administrator's password">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            The first user of this Odoo, created as <b>{adminEmail}</b>, gets a new password. Whoever is
            signed in as that user is signed out.
          </Text>
          <AdminPasswordField value={newPassword} onChange={setNewPassword} />
          <FormError message={errorMessage} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Keep the old one
            </Button>
            <Button type="submit" loading={isBusy} disabled={newPassword.length < minPasswordLength}>
              Set the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
