import type { Auth } from "./auth/make-auth.ts";
import type { Secrets } from "./installation.ts";

export interface Login {
  email: string;
  password: string;
}
export interface DemoUsers {
  customer: Login;
  admin: Login;
}

async function ensureUser(auth: Auth, user: object): Promise<void> {
  const response = await fetch(`${auth.url}/auth/v1/admin/users`, {
    method: "POST",
    headers: { apikey: auth.serviceRoleKey, authorization: `Bearer ${auth.serviceRoleKey}` },
    body: JSON.stringify({ ...user, email_confirm: true }),
  });
  const text = await response.text();
  if (!response.ok && !text.includes("email_exists")) {
    throw new Error(`Auth answered ${response.status} when a demo user was created: ${text}`);
  }
}

/** Creates the two demo users by the admin API unless they are there; a changed password is left alone. */
export async function ensureDemoUsers(auth: Auth, secrets: Secrets): Promise<DemoUsers> {
  const customer = { email: "demo@example.com", password: secrets.customer };
  const admin = { email: "admin@example.com", password: secrets.admin };
  await ensureUser(auth, { ...customer, user_metadata: { name: "Demo Customer" } });
  await ensureUser(auth, {
    ...admin,
    user_metadata: { name: "Demo Administrator" },
    app_metadata: { platform_role: "admin" },
  });
  return { customer, admin };
}
