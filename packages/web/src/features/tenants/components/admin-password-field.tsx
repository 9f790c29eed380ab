import { Button, Group, Stack } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { CopyIconButton } from "../../../components/ui/copy-icon-button.tsx";
import { NewPasswordField } from "../../../components/ui/new-password-field.tsx";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { generatePassword } from "../../../lib/password.ts";

/** The Odoo administrator's password: typed, or made here and copied. */
export function AdminPasswordField({ value, onChange, error }: FieldProps<string>) {
  const [isVisible, setIsVisible] = useState(false);
  const generate = () => {
    onChange(generatePassword());
    setIsVisible(true);
  };
  return (
    <Stack gap={6}>
      <NewPasswordField
        label="Administrator's password"
        description="For signing in to Odoo. We keep no readable copy: store it now."
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        visible={isVisible}
        onVisibilityChange={setIsVisible}
      />
      <Group gap="xs">
        <Button size="compact-sm" variant="light" leftSection={<IconRefresh size={14} />} onClick={generate}>
          Generate
        </Button>
        {value !== "" && <CopyIconButton value={value} label="Copy the password" />}
      </Group>
    </Stack>
  );
}
