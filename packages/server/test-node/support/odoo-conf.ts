import type { ClusterReader } from "../../test/support/cluster-reader.ts";
import type { CreatedTenant } from "../../test/support/tenant-journeys.ts";

/** The settings that a tenant's Odoo runs with, as somebody who reads its Secret finds them. */
export async function readOdooConf(
  cluster: ClusterReader,
  { namespace }: CreatedTenant,
): Promise<Record<string, string>> {
  const { data } = await cluster.call<{ data: Record<string, string> }>(
    `/api/v1/namespaces/${namespace}/secrets/odoo`,
  );
  const text = Object.values(data)
    .map((value) => Buffer.from(value, "base64").toString())
    .find((value) => value.includes("db_password"))!;
  const lines = text.split("\n").map((line) => line.split(/\s*=\s*(.*)/));
  return Object.fromEntries(lines.filter((parts) => parts.length > 1).map(([key, value]) => [key, value]));
}
