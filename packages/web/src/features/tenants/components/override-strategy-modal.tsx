import { Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import type { DatabaseStrategy, StrategyOverrideInput } from "../../../generated/graphql.ts";
import { describeError } from "../../../lib/api/describe-error.ts";
import { useOverrideStrategy } from "../api/override-strategy.ts";
import { strategyWords } from "../strategy/strategy-words.ts";

interface OverrideStrategyModalProps {
  id: string;
  slug: string;
  override: StrategyOverrideInput | null;
  onClose(): void;
}

const shortestReason = 3;

/** Says where the database should be, with a reason that the customer reads. */
export function OverrideStrategyModal({ id, slug, override, onClose }: OverrideStrategyModalProps) {
  const [strategy, setStrategy] = useState<DatabaseStrategy>(override?.strategy ?? "DEDICATED");
  const [reason, setReason] = useState(override?.reason ?? "");
  const { send, errorMessage, loading } = useSendOverride(id, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send({ strategy, reason });
  };
  return (
    <Modal opened onClose={onClose} title={`Override the strategy of ${slug}`}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            Your choice stands before every rule. An instance that has its server stays there for now; your
            choice is kept with your name and reason.
          </Text>
          <FormError message={errorMessage} />
          <Radio.Group
            label="The database belongs on"
            value={strategy}
            onChange={(next) => setStrategy(next as DatabaseStrategy)}
          >
            <Stack gap="xs" mt="xs">
              {Object.entries(strategyWords).map(([value, label]) => (
                <Radio key={value} value={value} label={label} />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label="Reason"
            description="The customer reads it."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value.replaceAll("\n", " "))}
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            {override && (
              <Button variant="default" mr="auto" loading={loading} onClick={() => void send(null)}>
                Take it back
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={reason.trim().length < shortestReason} loading={loading}>
              Override
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function useSendOverride(tenantId: string, onDone: () => void) {
  const [errorMessage, setErrorMessage] = useState<string>();
  const [overrideStrategy, { loading }] = useOverrideStrategy();
  const send = async (override: StrategyOverrideInput | null) => {
    try {
      const { data } = await overrideStrategy({ variables: { input: { tenantId, override } } });
      const problem = data?.overrideTenantStrategy.userErrors[0];
      if (problem) setErrorMessage(problem.message);
      else onDone();
    } catch (error) {
      setErrorMessage(describeError(error));
    }
  };
  return { send, errorMessage, loading };
}
