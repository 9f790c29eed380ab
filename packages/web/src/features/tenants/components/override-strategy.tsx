import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { OverrideStrategyModal } from "./override-strategy-modal.tsx";

const tenantFragment = graphql(`
  fragment OverrideStrategy_tenant on Tenant { id slug state strategy { override { strategy reason } } }
`);

/** The administrators' button to say where an instance's database should be. */
export function OverrideStrategy({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const { id, slug, state, strategy } = readFragment(tenantFragment, masked);
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="subtle" size="compact-sm" onClick={open} disabled={state === "DELETING"}>
        Override
      </Button>
      {isOpen && (
        <OverrideStrategyModal id={id} slug={slug} override={strategy.override ?? null} onClose={close} />
      )}
    </>
  );
}
