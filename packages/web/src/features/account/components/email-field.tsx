import { TextInput, type TextInputProps } from "@mantine/core";

/** The address that signs in; the first field of its form. */
export function EmailField(props: TextInputProps) {
  return <TextInput label="E-mail" type="email" autoComplete="username" autoFocus {...props} />;
}
