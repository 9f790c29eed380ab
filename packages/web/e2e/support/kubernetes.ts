import { readFile } from "node:fs/promises";
import { request } from "node:https";

/** Asks the cluster of a sandbox, as kubectl would; throws on anything but success. */
export async function callKubernetes<T>(
  kubeconfigPath: string,
  path: string,
  init: { method?: string; body?: unknown } = {},
): Promise<T> {
  const text = await readFile(kubeconfigPath, "utf8");
  const read = (key: string) => new RegExp(`${key}: (\\S+)`).exec(text)?.[1] ?? "";
  const options = {
    method: init.method ?? "GET",
    ca: Buffer.from(read("certificate-authority-data"), "base64"),
    headers: { authorization: `Bearer ${read("token")}`, "content-type": "application/json" },
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, read("server")), options, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(body) as T);
      else reject(new Error(`${options.method} ${path}: ${answer.statusCode} ${body}`));
    });
    outgoing.on("error", reject);
    outgoing.end(init.body === undefined ? undefined : JSON.stringify(init.body));
  });
}
