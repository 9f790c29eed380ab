import { mkdirSync } from "node:fs";
import type { Log } from "../client/log.ts";
import { type HttpReply, type HttpRequest, listenHttp, makeRouter, type Route } from "../http-server.ts";
import {
  createAdminUser,
  deleteAdminUser,
  getAdminUser,
  listAdminUsers,
  updateAdminUser,
} from "./admin-users.ts";
import type { AuthContext, AuthHandler } from "./auth-context.ts";
import { AuthError, buildErrorReply } from "./auth-error.ts";
import { makeAuthMailer } from "./auth-mailer.ts";
import { openAuthStore } from "./auth-store.ts";
import { challengeFactor, enrolFactor, unenrolFactor, verifyFactor } from "./factors.ts";
import { getOwnUser, logOut, updateOwnUser } from "./own-user.ts";
import { recover, resend, signUp } from "./sign-up.ts";
import { loadSigningKeys } from "./signing-keys.ts";
import { grantToken } from "./token-grants.ts";
import { verifyLink, verifyToken } from "./verify.ts";

const prefix = "/auth/v1";
const jwksPath = `${prefix}/.well-known/jwks.json`;

const getJwks: AuthHandler = ({ keys }) => ({
  headers: { "Cache-Control": "public, max-age=600" },
  body: keys.jwks,
});
const getHealth: AuthHandler = () => ({
  body: { name: "GoTrue", version: "v2.196.0", description: "A stand-in for Supabase Auth in the sandbox" },
});
const getSettings: AuthHandler = () => ({
  body: {
    external: { email: true, phone: false, anonymous_users: false },
    disable_signup: false,
    mailer_autoconfirm: false,
    phone_autoconfirm: false,
    sms_provider: "",
    saml_enabled: false,
  },
});

const routes: readonly Route<AuthHandler>[] = [
  ["POST", `${prefix}/signup`, signUp],
  ["POST", `${prefix}/resend`, resend],
  ["POST", `${prefix}/recover`, recover],
  ["POST", `${prefix}/token`, grantToken],
  ["GET", `${prefix}/verify`, verifyLink],
  ["POST", `${prefix}/verify`, verifyToken],
  ["GET", `${prefix}/user`, getOwnUser],
  ["PUT", `${prefix}/user`, updateOwnUser],
  ["POST", `${prefix}/logout`, logOut],
  ["POST", `${prefix}/factors`, enrolFactor],
  ["POST", `${prefix}/factors/:id/challenge`, challengeFactor],
  ["POST", `${prefix}/factors/:id/verify`, verifyFactor],
  ["DELETE", `${prefix}/factors/:id`, unenrolFactor],
  ["GET", `${prefix}/admin/users`, listAdminUsers],
  ["POST", `${prefix}/admin/users`, createAdminUser],
  ["GET", `${prefix}/admin/users/:id`, getAdminUser],
  ["PUT", `${prefix}/admin/users/:id`, updateAdminUser],
  ["DELETE", `${prefix}/admin/users/:id`, deleteAdminUser],
  ["GET", `${prefix}/settings`, getSettings],
  ["GET", `${prefix}/health`, getHealth],
  ["GET", jwksPath, getJwks],
];
const findRoute = makeRouter(routes);

/** Browsers call from the SPA's origin; without the exposed header supabase-js misreads errors. */
const corsHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "X-Total-Count, Link, X-Supabase-Api-Version",
};
const preflight: HttpReply = {
  status: 204,
  headers: {
    ...corsHeaders,
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers":
      "Accept, Authorization, Content-Type, apikey, X-Client-Info, X-Client-IP, X-Supabase-Api-Version",
    "Access-Control-Max-Age": "3600",
  },
};

/** Supabase's gateway lets only calls with one of the two keys pass, but for links of mails and the JWKS. */
function checkApiKey(context: AuthContext, request: HttpRequest): HttpReply | undefined {
  const { method, url, headers } = request;
  if (url.pathname === jwksPath || (method === "GET" && url.pathname === `${prefix}/verify`))
    return undefined;
  const apiKey = headers.apikey ?? url.searchParams.get("apikey");
  if (apiKey === context.keys.anonKey || apiKey === context.keys.serviceRoleKey) return undefined;
  const message = apiKey ? "Invalid API key" : "No API key found in request";
  return {
    status: 401,
    body: { message, hint: "Send the anon or the service role key in the apikey header." },
  };
}

async function answer(context: AuthContext, request: HttpRequest): Promise<HttpReply> {
  const refusal = checkApiKey(context, request);
  if (refusal) return refusal;
  try {
    const route = findRoute(request.method, request.url.pathname);
    if (!route) throw new AuthError(404, { code: "not_found", message: "404: Path not found" });
    return await route.handler(context, { ...request, parameters: route.parameters });
  } catch (error) {
    if (!(error instanceof AuthError)) context.log.error("Auth failed", { error: String(error) });
    const known =
      error instanceof AuthError
        ? error
        : new AuthError(500, {
            code: "unexpected_failure",
            message: "Unexpected failure, please check the logs",
          });
    return buildErrorReply(known, request.headers["x-supabase-api-version"] as string | undefined);
  }
}

export interface AuthOptions {
  /** Folder for its database and keys. */
  dir: string;
  port: number;
  host: string;
  /** Where links lead when nothing else is asked for, and whose host is always allowed. */
  siteUrl: string;
  /** Further addresses that links may lead to, with `*` and `**`. */
  redirectUrls: string[];
  smtp: { host: string; port: number };
  log: Log;
  /** Time between two mails of a kind to one user. */
  mailIntervalMs?: number;
}

/** A server that speaks Supabase Auth's protocol under `<url>/auth/v1`; throws when its port is taken. */
export async function makeAuth(options: AuthOptions) {
  mkdirSync(options.dir, { recursive: true });
  const context: AuthContext = {
    keys: await loadSigningKeys(options.dir),
    store: openAuthStore(options.dir),
    mailer: makeAuthMailer(options.smtp),
    log: options.log,
    url: "",
    siteUrl: options.siteUrl,
    redirectUrls: options.redirectUrls,
    mailIntervalMs: options.mailIntervalMs ?? 60_000,
  };
  const server = await listenHttp({
    port: options.port,
    host: options.host,
    log: options.log,
    answer: async (request) => {
      if (request.method === "OPTIONS") return preflight;
      const reply = await answer(context, request);
      return { ...reply, headers: { ...corsHeaders, ...reply.headers } };
    },
  });
  // On another address it is there for other machines, to which localhost is something else.
  const name = options.host === "127.0.0.1" || options.host === "::1" ? "localhost" : options.host;
  context.url = `http://${name}:${server.port}`;
  return {
    url: context.url,
    anonKey: context.keys.anonKey,
    serviceRoleKey: context.keys.serviceRoleKey,
    dispose: async () => {
      await server.dispose();
      context.mailer.dispose();
      context.store.close();
    },
  };
}

export type Auth = Awaited<ReturnType<typeof makeAuth>>;
