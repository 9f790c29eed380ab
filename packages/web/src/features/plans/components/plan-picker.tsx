import { Group, Radio, SimpleGrid, Skeleton } from "@mantine/core";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { usePlans } from "../api/plans.ts";
import classes from "./plan-picker.module.css";
import { PlanSummary } from "./plan-summary.tsx";

interface PlanPickerProps extends FieldProps<string> {
  /** Code of the plan that is to be changed. */
  current?: string;
  /** Why a plan cannot be chosen, by its code; empty or absent when it can. */
  refusals?: Record<string, string>;
}

/** One card per plan; those that are closed are shown but cannot be chosen. */
export function PlanPicker({ value, onChange, error, current, refusals = {} }: PlanPickerProps) {
  const { data, error: loadError, refetch } = usePlans();
  if (loadError) {
    return (
      <ErrorPanel
        title="The plans cannot be shown"
        message={describeError(loadError)}
        onRetry={() => void refetch()}
      />
    );
  }
  const noteOn = (code: string) => (code === current ? "This is its plan now." : refusals[code] || undefined);
  return (
    <Radio.Group value={value} onChange={onChange} label="Plan" error={error} size="md">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt={6}>
        {data === undefined && [0, 1, 2, 3].map((key) => <Skeleton key={key} h={190} radius="lg" />)}
        {data?.plans.map((plan) => (
          <Radio.Card
            key={plan.id}
            value={plan.code}
            disabled={!plan.isAvailable || (plan.code !== current && Boolean(refusals[plan.code]))}
            className={classes.card ?? ""}
          >
            <Group align="flex-start" wrap="nowrap" h="100%">
              <Radio.Indicator mt={2} />
              <div className={classes.body}>
                <PlanSummary plan={plan} note={noteOn(plan.code)} />
              </div>
            </Group>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
