import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { SpareKind } from "../../core/spares.ts";

/** How many spares of a kind there are, by what can be done with them. */
export interface SpareCount extends SpareKind {
  ready: number;
  preparing: number;
  removing: number;
  message: string;
}

/** Counts every kind that exists; only a platform administrator's transaction sees any. */
export async function countSpares(
  transaction: DatabaseTransaction,
  images: { version: string; image: string }[],
): Promise<SpareCount[]> {
  const versions = images.map(({ version }) => version);
  const names = images.map(({ image }) => image);
  const { rows } = await sql<SpareCount>`
    with spare as (
      select p.code, t.odoo_version, t.bundle, t.state, t.state_message,
        t.deletion_requested_at is not null
          or t.spare_image is distinct from (select current.image
            from unnest(${versions}::text[], ${names}::text[]) as current (version, image)
            where current.version = t.odoo_version) as is_leaving
      from platform.tenants t join platform.plans p on p.id = t.plan_id
      where t.organization_id is null and t.deleted_at is null
    )
    select code as "planCode", odoo_version as version, bundle,
      (count(*) filter (where not is_leaving and state = 'RUNNING'))::int as ready,
      (count(*) filter (where not is_leaving and state <> 'RUNNING'))::int as preparing,
      (count(*) filter (where is_leaving))::int as removing,
      coalesce(max(state_message) filter (where not is_leaving and state <> 'RUNNING'), '') as message
    from spare group by code, odoo_version, bundle
  `.execute(transaction);
  return rows;
}
