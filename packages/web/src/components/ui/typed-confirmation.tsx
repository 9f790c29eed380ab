import { Code, TextInput } from "@mantine/core";

/** A field for the name of what is about to go, typed to confirm; has the focus when its modal opens. */
export function TypedConfirmation(props: { name: string; value: string; onChange: (value: string) => void }) {
  const { name, value, onChange } = props;
  return (
    <TextInput
      label={
        <>
          Type <Code>{name}</Code> to confirm
        </>
      }
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      data-autofocus
    />
  );
}
