import { request } from "node:http";
import { text } from "node:stream/consumers";

/** One request to an instance through the ingress; `*.localhost` resolves in browsers, not everywhere in Node. */
export function askInstance(
  ingress: string,
  slug: string,
  { path, body, cookie }: { path: string; body?: object; cookie?: string },
): Promise<{ status: number; body: string; cookie: string }> {
  const { port } = new URL(ingress);
  const headers = {
    host: `${slug}.localhost:${port}`,
    "content-type": "application/json",
    ...(cookie && { cookie }),
  };
  const method = body ? "POST" : "GET";
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers }, async (answer) =>
      resolve({
        status: answer.statusCode ?? 0,
        body: await text(answer),
        cookie: answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "",
      }),
    );
    outgoing.once("error", reject).end(body && JSON.stringify(body));
  });
}
