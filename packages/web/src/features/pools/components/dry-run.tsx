import { Button, Flex, NumberInput, Select, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import { usePlacementPlan } from "../api/placement-plan.ts";
import { DryRunResult } from "./dry-run-result.tsx";

interface DryRunProps {
  plans: { code: string; name: string }[];
}

const maxCount = 500;

/** Asks where so many instances of a plan would go, without creating any. */
export function DryRun({ plans }: DryRunProps) {
  const [planCode, setPlanCode] = useState("standard");
  const [count, setCount] = useState<number | string>(40);
  const [ask, { data, error, loading }] = usePlacementPlan();
  const isValid = typeof count === "number" && count >= 1 && count <= maxCount;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void ask({ variables: { planCode, count } });
  };
  return (
    <SectionCard title="Dry run">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm" c="dimmed">
            Where would instances go if they were created now, and when would another pool be made? Nothing is
            created.
          </Text>
          <Flex gap="sm" align="flex-start" wrap="wrap">
            <NumberInput
              label="Instances"
              min={1}
              max={maxCount}
              allowDecimal={false}
              value={count}
              onChange={setCount}
              error={isValid ? undefined : `A number from 1 to ${maxCount}.`}
              w={140}
            />
            <Select
              label="Plan"
              size="sm"
              data={plans.map(({ code, name }) => ({ value: code, label: name }))}
              value={planCode}
              onChange={(code) => setPlanCode(code ?? "standard")}
              allowDeselect={false}
              w={180}
            />
            <Button type="submit" variant="light" mt={25} loading={loading} disabled={!isValid}>
              Try it
            </Button>
          </Flex>
          <FormError message={error ? describeError(error) : undefined} />
          {data && !loading && <DryRunResult plan={data.placementPlan} />}
        </Stack>
      </form>
    </SectionCard>
  );
}
