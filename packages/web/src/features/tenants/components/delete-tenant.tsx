import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconTrash } from "@tabler/icons-react";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { DeleteTenantModal } from "./delete-tenant-modal.tsx";

const tenantFragment = graphql(`
  fragment DeleteTenant_tenant on Tenant { id slug name state }
`);

/** The button to delete an instance, with its confirmation. */
export function DeleteTenant({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const tenant = readFragment(tenantFragment, masked);
  const [isOpen, { open, close }] = useDisclosure(false);
  const isDeleting = tenant.state === "DELETING";
  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={16} />} onClick={open} disabled={isDeleting}>
        Delete
      </Button>
      {isOpen && !isDeleting && <DeleteTenantModal id={tenant.id} slug={tenant.slug} onClose={close} />}
    </>
  );
}
