export const templateName = "template_platform";

/** Passwords equal role names here. */
export const databaseUrl = (port: number, role: string, database: string): string =>
  `postgres://${role}:${role}@127.0.0.1:${port}/${database}`;
