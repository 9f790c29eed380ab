/** Facts about the official image that do not vary with its version. */
export const odooPaths = {
  config: "/etc/odoo/odoo.conf",
  startScript: "/etc/odoo-saas/start.py",
  data: "/var/lib/odoo",
} as const;

/** The image's user is a name (`odoo`); these are its numbers. */
export const odooUser = { userId: 100, groupId: 101 } as const;

export const httpPort = { name: "http", port: 8069 } as const;
/** Serves /websocket, and exists, only with worker processes. */
export const websocketPort = { name: "websocket", port: 8072 } as const;
