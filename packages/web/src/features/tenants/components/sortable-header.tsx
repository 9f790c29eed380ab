import { Group, Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { TenantOrderField } from "../../../generated/graphql.ts";
import type { TableQuery } from "../table-query.ts";

interface SortableHeaderProps {
  label: string;
  field: TenantOrderField;
  orderBy: TableQuery["orderBy"];
  onSort(orderBy: TableQuery["orderBy"]): void;
}

/** A column's head; a click sorts by it, another one turns the order round. */
export function SortableHeader({ label, field, orderBy, onSort }: SortableHeaderProps) {
  const isActive = orderBy.field === field;
  const isAscending = orderBy.direction === "ASC";
  const sort = () => onSort({ field, direction: isActive && isAscending ? "DESC" : "ASC" });
  const Icon = isAscending ? IconArrowUp : IconArrowDown;
  return (
    <Table.Th aria-sort={isActive ? (isAscending ? "ascending" : "descending") : "none"}>
      <UnstyledButton onClick={sort} fw="inherit" fz="inherit">
        <Group gap={4} wrap="nowrap">
          {label}
          {isActive && <Icon size={14} aria-hidden />}
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}
