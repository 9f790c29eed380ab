import type { BundleDescription } from "@odoo-saas/k8s-core";

/** Bundles that an installation can offer, by their names. `base` is what every Odoo begins with. */
export const odooBundles: Record<string, BundleDescription> = {
  base: {
    title: "Odoo, bare",
    description: "An empty Odoo: choose and install its apps yourself.",
    modules: ["base"],
  },
  crm: {
    title: "CRM",
    description: "Leads, opportunities and the pipeline of your sales team.",
    modules: ["crm"],
  },
  sales: {
    title: "Sales and accounting",
    description: "CRM, quotations, sales orders and invoices.",
    modules: ["crm", "sale_management", "account"],
  },
};

/** The named ones, in that order, each once; throws for a name that is not known, and without `base`. */
export function pickBundles(names: string[]): Record<string, BundleDescription> {
  const unknown = names.filter((name) => !Object.hasOwn(odooBundles, name));
  if (unknown.length > 0) {
    throw new Error(`unknown: ${unknown.join(", ")}; known are ${Object.keys(odooBundles).join(", ")}`);
  }
  if (names[0] !== "base") throw new Error("the first one must be base");
  return Object.fromEntries(names.map((name) => [name, odooBundles[name]!]));
}
