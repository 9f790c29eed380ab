import { ActionIcon, Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { type SettingChoice, useDatabaseSettingChoices } from "../api/database-setting-choices.ts";
import type { StrategyWishes } from "./wishes.ts";

type Settings = StrategyWishes["databaseSettings"];

/** PostgreSQL settings that are chosen one by one from the safe list. */
export function SettingsField({ value, onChange, error }: FieldProps<Settings>) {
  const { data, error: loadError, refetch } = useDatabaseSettingChoices();
  if (loadError) {
    return (
      <ErrorPanel
        title="The settings cannot be shown"
        message={describeError(loadError)}
        onRetry={() => void refetch()}
      />
    );
  }
  const choices = data?.databaseSettingChoices ?? [];
  const free = choices.filter(({ name }) => value.every((chosen) => chosen.name !== name));
  const add = (name: string | null) => {
    const choice = choices.find((known) => known.name === name);
    if (choice) onChange([...value, { name: choice.name, value: firstValueOf(choice) }]);
  };
  const change = (name: string, next: string) =>
    onChange(value.map((chosen) => (chosen.name === name ? { name, value: next } : chosen)));
  return (
    <Stack gap="xs">
      <Select
        label="PostgreSQL settings"
        description="For those who know what they change. They need a server of your own."
        placeholder="Add a setting"
        data={free.map(({ name }) => name)}
        value={null}
        onChange={add}
        searchable
        nothingFoundMessage="No such setting"
        error={error}
        inputWrapperOrder={["label", "description", "input", "error"]}
        aria-invalid={error ? true : undefined}
      />
      {value.map((chosen) => {
        const choice = choices.find(({ name }) => name === chosen.name);
        return (
          choice && (
            <SettingRow
              key={chosen.name}
              choice={choice}
              value={chosen.value}
              onChange={(next) => change(chosen.name, next)}
              onRemove={() => onChange(value.filter(({ name }) => name !== chosen.name))}
            />
          )
        );
      })}
    </Stack>
  );
}

const firstValueOf = ({ kind, min }: SettingChoice) => (kind === "SWITCH" ? "off" : String(min));

interface SettingRowProps {
  choice: SettingChoice;
  value: string;
  onChange(value: string): void;
  onRemove(): void;
}

function SettingRow({ choice, value, onChange, onRemove }: SettingRowProps) {
  const { name, kind, description } = choice;
  return (
    <Group gap="sm" align="flex-start">
      <div style={{ flex: "1 1 220px", minWidth: 0 }}>
        <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      </div>
      {kind === "SWITCH" ? (
        <Select
          aria-label={name}
          data={["on", "off"]}
          value={value}
          onChange={(next) => onChange(next ?? "off")}
          allowDeselect={false}
          size="sm"
          w={140}
        />
      ) : (
        <SettingNumber choice={choice} value={value} onChange={onChange} />
      )}
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconX size={16} />
      </ActionIcon>
    </Group>
  );
}

function SettingNumber({ choice, value, onChange }: Omit<SettingRowProps, "onRemove">) {
  const { name, kind, unit, min, max } = choice;
  return (
    <NumberInput
      aria-label={name}
      value={Number(value)}
      onChange={(next) => onChange(String(next))}
      min={min}
      max={max}
      allowDecimal={kind === "NUMBER"}
      allowNegative={false}
      step={kind === "NUMBER" ? 0.1 : 1}
      suffix={unit && ` ${unit}`}
      description={`${min} to ${max}${unit && ` ${unit}`}`}
      inputWrapperOrder={["input", "description"]}
      size="sm"
      w={140}
    />
  );
}
