import { request } from "node:http";
import { adminLogin } from "./tenant-journeys.ts";

export interface IngressRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface IngressAnswer {
  status: number;
  text: string;
  headers: Record<string, unknown>;
}

/** The ingress knows tenants by their host name; only browsers resolve `*.localhost` everywhere. */
export function requestThroughIngress(
  ingress: string,
  wanted: IngressRequest & { slug: string; path: string },
): Promise<IngressAnswer> {
  const { slug, path, method = "GET", headers, body } = wanted;
  const target = { host: "127.0.0.1", port: new URL(ingress).port, path, method };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...target, headers: { ...headers, host: `${slug}.localhost` } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode!, text, headers: answer.headers }));
    });
    outgoing.on("error", reject).end(body);
  });
}

/** Sends Odoo's login form; 303 with a cookie when the password is right. */
export function signInThroughIngress(
  ingress: string,
  slug: string,
  login = adminLogin,
): Promise<IngressAnswer> {
  const body = new URLSearchParams({ login: login.email, password: login.password }).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(body.length),
  };
  return requestThroughIngress(ingress, { slug, path: "/web/login", method: "POST", headers, body });
}
