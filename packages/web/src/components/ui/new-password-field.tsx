import { PasswordInput, type PasswordInputProps, Progress, Stack, Text } from "@mantine/core";
import { ratePassword } from "../../lib/password.ts";

const colors = ["gray", "red", "orange", "lime", "teal"];

/** A password field that says, while typing, how strong the password is. */
export function NewPasswordField({ value = "", ...props }: PasswordInputProps) {
  const { score, hint } = ratePassword(String(value));
  return (
    <Stack gap={6}>
      <PasswordInput
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
        {...props}
        value={value}
      />
      <Progress value={score * 25} color={colors[score] ?? "gray"} size={4} aria-hidden />
      <Text size="xs" c="dimmed" aria-live="polite">
        {hint}
      </Text>
    </Stack>
  );
}
