/** What the product is called, wherever a person reads it. */
export const brandName = "Odoo SaaS Kit";
