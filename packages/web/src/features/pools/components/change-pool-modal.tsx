import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import { TypedConfirmation } from "../../../components/ui/typed-confirmation.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import { type PoolChangeKind, usePoolChanges } from "../api/change-pool.ts";

interface ChangePoolModalProps {
  kind: PoolChangeKind;
  pool: { id: string; name: string };
  onClose(): void;
}

const words: Record<PoolChangeKind, { title: string; text: string; button: string; color?: string }> = {
  cordon: {
    title: "Cordon",
    text: "It gets no new instances until you open it again. Those in it go on as they are.",
    button: "Cordon it",
  },
  uncordon: { title: "Open", text: "It takes new instances again.", button: "Open it" },
  drain: {
    title: "Drain",
    text: "It gets no new instances, and its warm spares go. Databases cannot be moved yet: it becomes empty as its instances are deleted, and can then be removed.",
    button: "Drain it",
    color: "orange",
  },
  remove: {
    title: "Remove",
    text: "The server, its volume and its namespace are deleted for good. This cannot be undone.",
    button: "Remove for good",
    color: "red",
  },
};

/** Says what a change means before it is made; a removal takes the name, typed again. */
export function ChangePoolModal({ kind, pool, onClose }: ChangePoolModalProps) {
  const changes = usePoolChanges();
  const [confirmation, setConfirmation] = useState("");
  const [errorMessage, setErrorMessage] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const { title, text, button, color } = words[kind];
  const isTyped = kind !== "remove" || confirmation === pool.name;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    try {
      const problem = await changes[kind](pool.id, confirmation);
      if (problem === undefined) onClose();
      else setErrorMessage(problem);
    } catch (error) {
      setErrorMessage(describeError(error));
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <Modal opened onClose={onClose} title={`${title} ${pool.name}?`}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{text}</Text>
          <FormError message={errorMessage} />
          {kind === "remove" && (
            <TypedConfirmation name={pool.name} value={confirmation} onChange={setConfirmation} />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" {...(color && { color })} disabled={!isTyped} loading={isBusy}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
