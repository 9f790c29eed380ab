import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { OdooConfiguration } from "./configuration.ts";
import type { OdooDatabase } from "./database.ts";
import type { OdooLog } from "./odoo-log.ts";
import { loginPage, welcomePage } from "./pages.ts";
import { endedCookie, makeSessions, type Sessions } from "./sessions.ts";
import { acceptWebSocket } from "./websocket.ts";

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  database: OdooDatabase;
  sessions: Sessions;
}

const answer = ({ response }: Call, status: number, body: string | object): void => {
  const isJson = typeof body !== "string";
  response.writeHead(status, { "content-type": isJson ? "application/json" : "text/html; charset=utf-8" });
  response.end(isJson ? JSON.stringify(body) : body);
};

const redirect = ({ response }: Call, location: string, cookie?: string): void => {
  response.writeHead(303, { location, ...(cookie ? { "set-cookie": cookie } : {}) }).end();
};

// Only a path of this site: `//evil.example` and `https:…` are somebody else's.
const safeTarget = (target: string | null): string =>
  target && /^\/(?![/\\])/.test(target) ? target : "/odoo";

const showHealth = async (call: Call): Promise<void> => {
  if (call.url.searchParams.get("db_server_status") !== "1") return answer(call, 200, { status: "pass" });
  const isUp = await call.database.getParameter("database.uuid").then(
    () => true,
    () => false,
  );
  answer(call, isUp ? 200 : 500, { status: isUp ? "pass" : "fail", db_server_status: isUp });
};

const logIn = async (call: Call): Promise<void> => {
  if (call.request.method !== "POST") {
    const target = call.url.searchParams.get("redirect");
    return answer(call, 200, loginPage(target ? { redirect: target } : {}));
  }
  const form = new URLSearchParams(await text(call.request));
  const login = form.get("login") ?? "";
  const session = await call.sessions.signIn(login, form.get("password") ?? "");
  if (session) return redirect(call, safeTarget(form.get("redirect")), session.cookie);
  answer(call, 200, loginPage({ login, error: "Wrong login/password" }));
};

const authenticate = async (call: Call): Promise<void> => {
  const { id, params = {} } = JSON.parse(await text(call.request)) as {
    id?: number;
    params?: { login?: string; password?: string };
  };
  const session = await call.sessions.signIn(params.login ?? "", params.password ?? "");
  if (session) {
    const { user, cookie } = session;
    call.response.setHeader("set-cookie", cookie);
    const result = { uid: user.id, name: user.name, username: user.login, server_version: "19.0" };
    return answer(call, 200, { jsonrpc: "2.0", id: id ?? null, result });
  }
  const data = {
    name: "odoo.exceptions.AccessDenied",
    message: "Access Denied",
    arguments: ["Access Denied"],
  };
  answer(call, 200, {
    jsonrpc: "2.0",
    id: id ?? null,
    error: { code: 0, message: "Odoo Server Error", data },
  });
};

const welcome = async (call: Call): Promise<void> => {
  const user = await call.sessions.findUser(call.request);
  if (!user) return redirect(call, `/web/login?redirect=${encodeURIComponent(call.url.pathname)}`);
  const databaseUuid = (await call.database.getParameter("database.uuid")) ?? "";
  const baseUrl = (await call.database.getParameter("web.base.url")) ?? "";
  answer(call, 200, welcomePage({ ...user, databaseUuid, baseUrl }));
};

const routes: Record<string, (call: Call) => Promise<void> | void> = {
  "/web/health": showHealth,
  "/": (call) => redirect(call, "/web/login"),
  "/web": (call) => redirect(call, "/odoo"),
  "/web/login": logIn,
  "/web/session/authenticate": authenticate,
  "/web/session/logout": (call) => redirect(call, "/web/login", endedCookie),
  "/odoo": welcome,
};

const handle = async (call: Call, log: OdooLog): Promise<void> => {
  try {
    const route = routes[call.url.pathname];
    if (route) await route(call);
    else answer(call, 404, "<!doctype html><title>404 Not Found</title><h1>Not Found</h1>");
  } catch (error) {
    log(
      "ERROR",
      "odoo.http",
      `Exception during request handling. ${error instanceof Error ? error.message : error}`,
    );
    if (!call.response.headersSent)
      answer(call, 500, "<!doctype html><title>500</title><h1>Internal Server Error</h1>");
  }
};

const listen = (server: Server, port: number, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });

/** Serves what Odoo serves to somebody who signs in; returns how to stop. */
export async function serve(
  configuration: OdooConfiguration,
  database: OdooDatabase,
  log: OdooLog,
): Promise<() => void> {
  const { address, port, geventPort } = configuration.http;
  const sessions = makeSessions(database);
  const server = createServer((request, response) => {
    const startedAt = performance.now();
    const url = new URL(request.url ?? "/", "http://odoo");
    response.on("finish", () => {
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(3);
      const line = `"${request.method} ${request.url} HTTP/${request.httpVersion}" ${response.statusCode}`;
      log("INFO", "werkzeug", `${request.socket.remoteAddress} - - ${line} - - ${seconds}`);
    });
    void handle({ request, response, url, database, sessions }, log);
  });
  const servers = [server];
  // With workers, Odoo serves WebSockets in a process and on a port of their own.
  if (configuration.workers > 0)
    servers.push(createServer((_request, response) => response.writeHead(404).end()));
  servers.at(-1)?.on("upgrade", (request, socket) => acceptWebSocket(request, socket));
  await Promise.all(servers.map((one, index) => listen(one, index === 0 ? port : geventPort, address)));
  log("INFO", "odoo.service.server", `HTTP service (werkzeug) running on ${address}:${port}`);
  return () => {
    for (const one of servers) {
      one.close();
      one.closeAllConnections();
    }
  };
}
