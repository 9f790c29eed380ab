import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { changeTenantPlan } from "../api/lifecycle.ts";
import { useRequest } from "./use-request.ts";

interface ChangePlanModalProps {
  tenantId: string;
  plan: { code: string; name: string };
  onClose(): void;
  renderPlanField(props: FieldProps<string>): ReactNode;
}

/** Another plan, chosen from those that are possible. */
export function ChangePlanModal({ tenantId, plan, onClose, renderPlanField }: ChangePlanModalProps) {
  const [planCode, setPlanCode] = useState(plan.code);
  const { send, isBusy, errorMessage } = useRequest(changeTenantPlan, { accepted: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send({ tenantId, planCode });
  };
  return (
    <Modal opened onClose={onClose} title="Change the plan" size="xl">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            Odoo is restarted with the resources of the new plan, which takes some seconds. The space for
            files can grow, but it never shrinks.
          </Text>
          {renderPlanField({ value: planCode, onChange: setPlanCode })}
          <FormError message={errorMessage} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Keep {plan.name}
            </Button>
            <Button type="submit" loading={isBusy} disabled={planCode === plan.code}>
              Change the plan
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
