import type { TenantIsolation } from "./api/watch-isolation.ts";

/** Saves the report as a file of JSON. */
export function downloadReport({ last, tenantSlug, tenantName }: TenantIsolation): void {
  if (!last) return;
  const { __typename: _, ...report } = last as typeof last & { __typename?: string };
  const text = JSON.stringify(
    { instance: { slug: tenantSlug, name: tenantName }, ...report },
    withoutTypes,
    2,
  );
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `isolation-${tenantSlug}-${(last.finishedAt ?? "").slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

const withoutTypes = (key: string, value: unknown) => (key === "__typename" ? undefined : value);
