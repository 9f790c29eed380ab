import {
  Badge,
  Checkbox,
  Collapse,
  Group,
  NumberInput,
  SimpleGrid,
  Stack,
  UnstyledButton,
} from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import type { ComplianceStandard } from "../../../generated/graphql.ts";
import { bindField } from "../../../lib/bind-field.ts";
import type { CreateTenantValues } from "../create-form.ts";
import { SettingsField } from "./settings-field.tsx";
import { complianceWords } from "./strategy-words.ts";
import { countWishes } from "./wishes.ts";

type Form = UseFormReturnType<CreateTenantValues>;

/** What may put the database on a server of its own: folded away until somebody needs it, or errs in it. */
export function WishesFields({ form }: { form: Form }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const hasFault = Object.keys(form.errors).some((field) => field.startsWith("wishes."));
  const isShown = isOpen || hasFault;
  const count = countWishes(form.values.wishes);
  const Chevron = isShown ? IconChevronUp : IconChevronDown;
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={isShown} aria-controls="advanced-fields">
        <Group gap={6} fz="sm" fw={550} wrap="nowrap">
          <Chevron size={16} style={{ flexShrink: 0 }} aria-hidden />
          Advanced: compliance, size and settings of the database
          {count > 0 && !isShown && <Badge>{count} chosen</Badge>}
        </Group>
      </UnstyledButton>
      <Collapse expanded={isShown} id="advanced-fields">
        <Stack gap="lg" pt="md">
          <ComplianceField form={form} />
          <ExpectationFields form={form} />
          <SettingsField {...bindNested(form, "databaseSettings")} />
        </Stack>
      </Collapse>
    </div>
  );
}

function bindNested<TKey extends keyof CreateTenantValues["wishes"]>(form: Form, key: TKey) {
  const { value, onChange } = bindField(form, "wishes");
  return {
    value: value[key],
    error: form.errors[`wishes.${key}`],
    onChange(next: CreateTenantValues["wishes"][TKey]) {
      onChange({ ...value, [key]: next });
      form.clearFieldError(`wishes.${key}`);
    },
  };
}

function ComplianceField({ form }: { form: Form }) {
  const { value, onChange, error } = bindNested(form, "compliance");
  return (
    <Checkbox.Group
      label="Compliance"
      description="Data under these rules goes on a database server of its own."
      value={value}
      onChange={(next) => onChange(next as ComplianceStandard[])}
      error={error}
    >
      <Group mt="xs" gap="lg">
        {Object.entries(complianceWords).map(([standard, label]) => (
          <Checkbox key={standard} value={standard} label={label} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

function ExpectationFields({ form }: { form: Form }) {
  const users = bindNested(form, "expectedConcurrentUsers");
  const size = bindNested(form, "expectedDatabaseGib");
  const numberOrNothing = (next: number | string) => (typeof next === "number" ? next : "");
  const shared = { size: "md", allowNegative: false, thousandSeparator: " ", hideControls: true } as const;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <NumberInput
        {...shared}
        label="Users at once"
        description="As many as you expect at the busiest hour."
        value={users.value}
        onChange={(next) => users.onChange(numberOrNothing(next))}
        error={users.error}
        allowDecimal={false}
        max={100_000}
      />
      <NumberInput
        {...shared}
        label="Size of the database"
        description="That it may reach, without attached files."
        value={size.value}
        onChange={(next) => size.onChange(numberOrNothing(next))}
        error={size.error}
        decimalScale={1}
        max={1024}
        suffix=" GiB"
      />
    </SimpleGrid>
  );
}
