import type { IncomingMessage, ServerResponse } from "node:http";
import { badRequest, StatusError } from "../status-error.ts";
import type { User } from "../tokens.ts";

const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** One request with what was found out about it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  path: string;
  query: URLSearchParams;
  user: User;
  isTable: boolean;
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw badRequest("the request body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const readBody = async (request: IncomingMessage): Promise<string> =>
  (await readBytes(request)).toString("utf8");

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** The JSON body; undefined when there is none. Throws 400, and 415 for what kubectl's generators send. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBytes(request);
  if (body.length && String(request.headers["content-type"]).startsWith(PROTOBUF)) {
    const message = "protobuf is not understood here: use kubectl apply or kubectl create with a file";
    throw new StatusError(415, "UnsupportedMediaType", { message });
  }
  const text = body.toString("utf8");
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("the body of the request is not JSON");
  }
}

/** Answers with JSON, given as a value or as its text. */
export function sendJson(response: ServerResponse, code: number, body: unknown): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(code, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache, private",
  });
  response.end(text);
}
