import { Radio, Skeleton, Stack } from "@mantine/core";
import { useEffect } from "react";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { useBundles } from "../api/bundles.ts";

/** What is installed from the beginning; the platform's first bundle until another is chosen. */
export function BundlePicker({ value, onChange, error }: FieldProps<string>) {
  const { data, error: loadError, refetch } = useBundles();
  const first = data?.bundles[0]?.code;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the field's own function is another each time
  useEffect(() => {
    if (value === "" && first !== undefined) onChange(first);
  }, [value, first]);

  if (loadError) {
    return (
      <ErrorPanel
        title="The bundles cannot be shown"
        message={describeError(loadError)}
        onRetry={() => void refetch()}
      />
    );
  }
  if (data === undefined) return <Skeleton h={120} radius="lg" />;
  return (
    <Radio.Group
      value={value}
      onChange={onChange}
      label="Apps"
      description="Installed from the beginning; others can be added in Odoo at any time."
      error={error}
      size="md"
    >
      <Stack gap="xs" mt={8}>
        {data.bundles.map(({ code, name, description }) => (
          <Radio key={code} value={code} label={name} description={description} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
