import { open, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

export interface LogQuery {
  isFollowing: boolean;
  hasTimestamps: boolean;
  tailLines?: number;
  since?: Date;
  limitBytes?: number;
}

const numberOf = (text: string | null): number | undefined =>
  text === null || text === "" ? undefined : Number(text);

/** The options of `kubectl logs`, as they come in the kubelet's query string. */
export const parseLogQuery = (query: URLSearchParams, now = new Date()): LogQuery => {
  const tailLines = numberOf(query.get("tailLines"));
  const sinceSeconds = numberOf(query.get("sinceSeconds"));
  const limitBytes = numberOf(query.get("limitBytes"));
  const sinceTime = query.get("sinceTime");
  return {
    isFollowing: query.get("follow") === "true",
    hasTimestamps: query.get("timestamps") === "true",
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { since: new Date(now.getTime() - sinceSeconds * 1_000) }),
    ...(sinceTime ? { since: new Date(sinceTime) } : {}),
  };
};

/** Turns lines of a container runtime's log (`time stream tag text`) into what was asked for. */
export const formatLogLines = (lines: string[], query: LogQuery): string => {
  let text = "";
  for (const line of lines) {
    const [, time = "", tag = "F", message = ""] = /^(\S+) \S+ ([FP]) (.*)$/s.exec(line) ?? [];
    if (time === "" || (query.since && new Date(time) < query.since)) continue;
    text += `${query.hasTimestamps ? `${time} ` : ""}${message}${tag === "F" ? "\n" : ""}`;
  }
  return text;
};

const readFrom = async (file: string, offset: number): Promise<Buffer> => {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size <= offset) return Buffer.alloc(0);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - offset), 0, size - offset, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};

async function* readLines(source: {
  file: string;
  isGrowing(): boolean;
  signal: AbortSignal;
}): AsyncGenerator<string[]> {
  const { file, isGrowing, signal } = source;
  let offset = 0;
  let rest = "";
  for (;;) {
    // Asked before reading, so that what was written before the end is read after it.
    const isLast = !isGrowing() || signal.aborted;
    const bytes = await readFrom(file, offset);
    offset += bytes.length;
    const lines = (rest + bytes.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
    if (isLast) return;
    if (bytes.length === 0) await delay(50, undefined, { signal }).catch(() => undefined);
  }
}

/** The text of a container's log; with `isFollowing`, on and on while `isGrowing`. */
export async function* readContainerLog(
  source: { file: string; isGrowing(): boolean; signal: AbortSignal },
  query: LogQuery,
): AsyncGenerator<string> {
  const isGrowing = (): boolean => query.isFollowing && source.isGrowing();
  let isFirst = true;
  let left = query.limitBytes ?? Infinity;
  for await (const lines of readLines({ ...source, isGrowing })) {
    const wanted =
      isFirst && query.tailLines !== undefined
        ? lines.slice(Math.max(0, lines.length - query.tailLines))
        : lines;
    isFirst = false;
    const text = formatLogLines(wanted, query).slice(0, left);
    left -= text.length;
    yield text;
    if (left <= 0) return;
  }
}
