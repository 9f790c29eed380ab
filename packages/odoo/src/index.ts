export { makeOdoo, type OdooOptions } from "./make-odoo.ts";
