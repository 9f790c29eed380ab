export { odooBundles, pickBundles } from "./bundles.ts";
export { makeOdoo, type OdooOptions } from "./make-odoo.ts";
