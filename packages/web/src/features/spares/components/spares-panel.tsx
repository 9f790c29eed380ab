import { Badge, Code, Group, Skeleton, Stack, Text } from "@mantine/core";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import type { SparesQuery } from "../../../generated/graphql.ts";
import { describeError } from "../../../lib/api/describe-error.ts";
import { useSpares } from "../api/spares.ts";
import { colorOfStock, describeStock } from "../stock-words.ts";

type Stock = SparesQuery["spares"][number];

interface SparesPanelProps {
  plans: readonly { code: string; name: string }[];
}

/** For administrators: how many ready instances wait for a customer. */
export function SparesPanel({ plans }: SparesPanelProps) {
  const { data, error, refetch } = useSpares();
  if (error && !data) {
    return (
      <ErrorPanel
        title="The warm spares cannot be shown"
        message={describeError(error)}
        onRetry={() => void refetch()}
      />
    );
  }
  return (
    <SectionCard title="Warm spares">
      <Text size="sm" c="dimmed" mb="md">
        Ready instances without an owner. A new instance of the same kind takes one and is there at once.
      </Text>
      {data ? (
        <StockList stocks={data.spares} plans={plans} />
      ) : (
        <Skeleton h={72} aria-busy aria-label="Loading the warm spares" />
      )}
    </SectionCard>
  );
}

function StockList({ stocks, plans }: SparesPanelProps & { stocks: Stock[] }) {
  if (stocks.length === 0) {
    return (
      <Text size="sm">
        None are kept: every instance is made when it is asked for. The setting <Code>SPARES</Code> keeps some
        ready.
      </Text>
    );
  }
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {stocks.map((stock) => (
        <StockRow
          key={`${stock.planCode}:${stock.odooVersion}:${stock.bundle}`}
          stock={stock}
          planName={plans.find(({ code }) => code === stock.planCode)?.name ?? stock.planCode}
        />
      ))}
    </Stack>
  );
}

function StockRow({ stock, planName }: { stock: Stock; planName: string }) {
  const words = describeStock(stock);
  return (
    <li>
      <Group justify="space-between" wrap="nowrap" gap="md">
        <div>
          <Text size="sm" fw={550}>
            {planName}
          </Text>
          <Text size="xs" c="dimmed">
            Odoo {stock.odooVersion}, {stock.bundle}
          </Text>
        </div>
        <Group gap="xs" justify="flex-end">
          {words !== "" && <Text size="sm">{words}</Text>}
          <Badge
            variant="light"
            tt="none"
            color={colorOfStock(stock)}
            style={{ fontVariantNumeric: "tabular-nums" }}
          >
            {stock.ready} of {stock.wanted} ready
          </Badge>
        </Group>
      </Group>
      {stock.message !== "" && (
        <Text size="xs" c="dimmed" mt={4}>
          {stock.message}
        </Text>
      )}
    </li>
  );
}
