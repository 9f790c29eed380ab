import { Group, MultiSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { TenantState } from "../../../generated/graphql.ts";
import type { TableQuery } from "../table-query.ts";
import { stateLooks, tenantStates } from "../tenant-state.ts";

interface TenantFiltersProps {
  query: TableQuery;
  plans: { code: string; name: string }[];
  onChange(query: TableQuery): void;
}

const stateOptions = tenantStates.map((state) => ({ value: state, label: stateLooks[state].label }));

/** Search, state and plan. */
export function TenantFilters({ query, plans, onChange }: TenantFiltersProps) {
  const [search, setSearch] = useState(query.search);
  const applySearch = useDebouncedCallback((text: string) => onChange({ ...query, search: text }), 250);
  const selectProps = { size: "sm", clearable: true, w: { base: "100%", sm: 220 } } as const;
  return (
    <Group mb="md" gap="sm">
      <TextInput
        aria-label="Search"
        placeholder="Search by subdomain or name"
        leftSection={<IconSearch size={16} />}
        size="sm"
        type="search"
        flex={{ base: "1 1 100%", sm: "1 1 220px" }}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          applySearch(event.currentTarget.value);
        }}
      />
      <MultiSelect
        {...selectProps}
        aria-label="State"
        placeholder={query.states.length === 0 ? "Any state" : ""}
        data={stateOptions}
        value={query.states}
        onChange={(states) => onChange({ ...query, states: states as TenantState[] })}
      />
      <MultiSelect
        {...selectProps}
        aria-label="Plan"
        placeholder={query.planCodes.length === 0 ? "Any plan" : ""}
        data={plans.map(({ code, name }) => ({ value: code, label: name }))}
        value={query.planCodes}
        onChange={(planCodes) => onChange({ ...query, planCodes })}
      />
    </Group>
  );
}
