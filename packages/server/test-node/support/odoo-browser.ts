import { request } from "node:http";
import WebSocket from "ws";
import { nodeAddress } from "./testbed.ts";

export interface Answer {
  status: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Calls the ingress under a host name, which Node would not resolve by itself. */
export function throughIngress(target: { port: number; host: string; path: string }, asked: Asked = {}) {
  const { port, host, path } = target;
  const { method = "GET", headers = {}, body } = asked;
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = request(
      { host: nodeAddress, port, path, method, headers: { ...headers, host } },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode!, text, headers: answer.headers }));
      },
    );
    outgoing.on("error", reject).end(body);
  });
}

/** One signed-in administrator of an Odoo, as a browser and as an API client. */
export interface OdooBrowser {
  get(path: string): Promise<Answer>;
  /** Calls a model's method with the session; throws what Odoo answers as an error. */
  call<T>(model: string, method: string, params: { args?: unknown[]; kwargs?: object }): Promise<T>;
  /** Opens the bus as a page does; resolves with the first message of that type, throws when it does not come. */
  waitForMessage(type: string, timeoutMs: number): Promise<unknown>;
  /** Makes an API key as the settings page does: the password is asked for once more. */
  makeApiKey(password: string): Promise<string>;
}

interface Site {
  port: number;
  host: string;
}

/** Signs in by the login form; throws when Odoo does not let in. */
export async function signInToOdoo(
  site: Site,
  login: { email: string; password: string },
): Promise<OdooBrowser> {
  let cookie = "";
  const send = async (path: string, asked: Asked = {}) => {
    const answer = await throughIngress(
      { ...site, path },
      { ...asked, headers: { ...asked.headers, cookie } },
    );
    const session = [answer.headers["set-cookie"]].flat().find((each) => each?.startsWith("session_id="));
    if (session) cookie = session.split(";")[0]!;
    return answer;
  };
  const form = await send("/web/login");
  const token = /name="csrf_token" value="([^"]+)"/.exec(form.text)?.[1];
  if (token === undefined) throw new Error(`no login form: ${form.status}`);
  const fields = new URLSearchParams({ csrf_token: token, login: login.email, password: login.password });
  const signedIn = await send("/web/login", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: fields.toString(),
  });
  if (signedIn.status !== 303) throw new Error(`not signed in: ${signedIn.status}`);

  const call: OdooBrowser["call"] = async <T>(
    model: string,
    method: string,
    { args = [], kwargs = {} }: { args?: unknown[]; kwargs?: object },
  ) => {
    const answer = await send(`/web/dataset/call_kw/${model}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", method: "call", params: { model, method, args, kwargs } }),
    });
    const { result, error } = JSON.parse(answer.text) as {
      result: T;
      error?: { data?: { message: string } };
    };
    if (error) throw new Error(error.data?.message ?? answer.text);
    return result;
  };
  return {
    get: (path) => send(path),
    call,
    waitForMessage: (type, timeoutMs) => waitForMessage({ ...site, cookie }, type, timeoutMs),
    async makeApiKey(password) {
      type Action = { res_model: string; res_id?: number; context?: { default_key?: string } };
      const model = "res.users.apikeys.description";
      const ids = await call<number[]>(model, "create", { args: [[{ name: "test", duration: "1" }]] });
      let action = await call<Action>(model, "make_key", { args: [ids] });
      if (action.res_model === "res.users.identitycheck") {
        const check = { args: [[action.res_id]], kwargs: { context: { password } } };
        action = await call<Action>(action.res_model, "run_check", check);
      }
      if (!action.context?.default_key) throw new Error(`no key: ${JSON.stringify(action)}`);
      return action.context.default_key;
    },
  };
}

interface Notification {
  message: { type: string; payload: unknown };
}

function waitForMessage(site: Site & { cookie: string }, type: string, timeoutMs: number): Promise<unknown> {
  const { port, host, cookie } = site;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${nodeAddress}:${port}/websocket`, {
      origin: `http://${host}`,
      headers: { host, cookie },
    });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.terminate();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`no message ${type} at ${host}`))), timeoutMs);
    socket.on("error", (error) => end(() => reject(error)));
    socket.on("open", () => {
      socket.send(JSON.stringify({ event_name: "subscribe", data: { channels: [], last: 0 } }));
    });
    socket.on("message", (data) => {
      const found = (JSON.parse(String(data)) as Notification[]).find(({ message }) => message.type === type);
      if (found) end(() => resolve(found.message.payload));
    });
  });
}

/** Calls `/json/2`, Odoo's API for third parties; throws what is not 200. */
export async function callJson2<T>(
  site: Site & { apiKey: string },
  method: string,
  body: object,
): Promise<T> {
  const answer = await throughIngress(
    { ...site, path: `/json/2/${method}` },
    {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `bearer ${site.apiKey}` },
      body: JSON.stringify(body),
    },
  );
  if (answer.status !== 200)
    throw new Error(`/json/2/${method}: ${answer.status} ${answer.text.slice(0, 500)}`);
  return JSON.parse(answer.text) as T;
}
