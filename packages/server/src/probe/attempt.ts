import http from "node:http";
import net from "node:net";
import type { ProbeOutcome, ProbeResult, ProbeTarget } from "./protocol.ts";

const outcomes: Record<string, ProbeOutcome> = {
  ECONNREFUSED: "REFUSED",
  ECONNRESET: "REFUSED",
  ETIMEDOUT: "TIMED_OUT",
  EHOSTUNREACH: "UNREACHABLE",
  ENETUNREACH: "UNREACHABLE",
  EACCES: "UNREACHABLE",
  EPERM: "UNREACHABLE",
};
// PostgreSQL answers a request for TLS with one byte, before anybody signs in.
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

type Answer = Pick<ProbeResult, "outcome" | "detail">;

/** Tries once; never rejects. */
export async function attempt(target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const startedAtMs = performance.now();
  const answer = await (target.kind === "http" ? askHttp : askTcp)(target, timeoutMs).catch(toAnswer);
  return { name: target.name, ...answer, durationMs: Math.round(performance.now() - startedAtMs) };
}

function toAnswer(error: NodeJS.ErrnoException): Answer {
  const code = error.code ?? error.message;
  return { outcome: outcomes[code] ?? "FAILED", detail: code.slice(0, 60) };
}

const timeOut = () => Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });

function askHttp({ host, port, path = "/" }: ProbeTarget, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path, agent: false }, (response) => {
      resolve({ outcome: "ANSWERED", detail: `HTTP ${response.statusCode}` });
      response.destroy();
    });
    const timer = setTimeout(() => request.destroy(timeOut()), timeoutMs);
    request.on("error", reject).on("close", () => clearTimeout(timer));
  });
}

function askTcp({ host, port, kind }: ProbeTarget, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const timer = setTimeout(() => socket.destroy(timeOut()), timeoutMs);
    const answered = (detail: string) => {
      resolve({ outcome: "ANSWERED", detail });
      socket.destroy();
    };
    socket.on("connect", () =>
      kind === "postgres" ? socket.write(sslRequest) : answered("connection accepted"),
    );
    socket.on("data", (data) => answered(`PostgreSQL answered ${String.fromCharCode(data[0] ?? 0)}`));
    socket.on("end", () => socket.destroy(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
    socket.on("error", reject).on("close", () => clearTimeout(timer));
  });
}
