import { execFile } from "node:child_process";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import type { Probe } from "../client/index.ts";
import { checkPostgresReady } from "./postgres-ready.ts";

/** The running container that a probe asks. */
export interface ProbeTarget {
  address: string;
  /** The local port behind a container port's number or name. */
  portOf(port: number | string): number;
  env: Record<string, string>;
  cwd: string;
  /** Paths inside the container → paths on this machine. */
  hostPath(path: string): string;
}

const localhost = /^(localhost|127\.0\.0\.1|0\.0\.0\.0|::1)$/;

const checkHttp = (
  probe: NonNullable<Probe["httpGet"]>,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const host = probe.host && !localhost.test(probe.host) ? probe.host : target.address;
    const isHttps = probe.scheme?.toUpperCase() === "HTTPS";
    const headers = Object.fromEntries((probe.httpHeaders ?? []).map(({ name, value }) => [name, value]));
    const request = (isHttps ? httpsRequest : httpRequest)({
      ...{ host, port: target.portOf(probe.port), path: probe.path ?? "/", timeout: timeoutMs, agent: false },
      headers: { "user-agent": "kube-probe/1.34", ...headers },
      rejectUnauthorized: false,
    });
    request.on("timeout", () => request.destroy(new Error("context deadline exceeded")));
    request.on("error", (error) => reject(new Error(`Get "${probe.path ?? "/"}": ${error.message}`)));
    request.on("response", (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 400) resolve();
      else reject(new Error(`HTTP probe failed with statuscode: ${statusCode}`));
    });
    request.end();
  });

const checkTcp = (host: string, port: number, timeoutMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    socket.on("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.on("timeout", () => socket.destroy(new Error("i/o timeout")));
    socket.on("error", (error) => reject(new Error(`dial tcp ${host}:${port}: ${error.message}`)));
  });

/** Runs a command in a container's environment; "localhost" and absolute paths mean the container's. */
export const runInContainer = (command: string[], target: ProbeTarget, timeoutMs: number): Promise<void> => {
  const isReadyCheck = /(?:^|[\s/])pg_isready\b(?:.*?\s(?:-p|--port)[\s=]?(\d+))?/.exec(command.join(" "));
  if (isReadyCheck) {
    const port = target.portOf(Number(isReadyCheck[1] ?? target.env.PGPORT ?? 5432));
    return checkPostgresReady(target.address, port, timeoutMs);
  }
  const [program = "", ...args] = command.map((part) =>
    part
      .replace(/\b(localhost|127\.0\.0\.1)\b/g, target.address)
      .replace(/(?<=^|[\s=])\/[\w./-]+/g, target.hostPath),
  );
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", ...target.env };
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { env, cwd: target.cwd, timeout: timeoutMs, killSignal: "SIGKILL" },
      (error, out, err) => {
        if (error) reject(new Error(`command failed: ${`${out}${err}`.trim() || error.message}`));
        else resolve();
      },
    );
  });
};

/** Makes one probe; throws with what went wrong. */
export const checkProbe = async (probe: Probe, target: ProbeTarget): Promise<void> => {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1_000;
  const { httpGet, tcpSocket, exec } = probe;
  if (httpGet) return checkHttp(httpGet, target, timeoutMs);
  if (tcpSocket) return checkTcp(target.address, target.portOf(tcpSocket.port), timeoutMs);
  if (exec) return runInContainer(exec.command ?? [], target, timeoutMs);
  throw new Error("The probe asks for neither httpGet, tcpSocket nor exec");
};
