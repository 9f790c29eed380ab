import { parseArgs } from "node:util";
import type { ProbeTarget } from "./protocol.ts";

export interface ProbeArguments {
  targets: ProbeTarget[];
  settleMs: number;
  tokenPath: string;
  resultPath: string;
  /** Instead of trying anything: answer HTTP until it is ended. */
  listen: { host: string; port: number } | undefined;
}

/** The arguments of a probe's container, as `readArguments` reads them. */
export function buildArguments(input: ProbeArguments): string[] {
  const { targets, settleMs, tokenPath, resultPath, listen } = input;
  if (listen) return ["--listen", `${listen.host}:${listen.port}`];
  const tried = ["--targets", JSON.stringify(targets), "--settle-ms", String(settleMs)];
  return [...tried, "--token", tokenPath, "--result", resultPath];
}

/** Throws for what it does not know. */
export function readArguments(args: string[]): ProbeArguments {
  const text = { type: "string" } as const;
  const options = { targets: text, "settle-ms": text, token: text, result: text, listen: text };
  const { values } = parseArgs({ args, options });
  const [, host, port] = /^(.*):(\d+)$/.exec(values.listen ?? "") ?? [];
  return {
    targets: JSON.parse(values.targets ?? "[]") as ProbeTarget[],
    settleMs: Number(values["settle-ms"] ?? 0),
    tokenPath: values.token ?? "",
    resultPath: values.result ?? "",
    listen: host === undefined ? undefined : { host, port: Number(port) },
  };
}
