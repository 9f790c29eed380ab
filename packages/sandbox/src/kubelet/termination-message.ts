import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Container } from "../client/index.ts";
import { formatLogLines } from "./container-logs.ts";

const maxMessageBytes = 4_096;
const maxLogBytes = 2_048;
const maxLogLines = 80;

const pathIn = (root: string, container: Container): string =>
  join(root, join("/", container.terminationMessagePath ?? "/dev/termination-log"));

/** Makes the folder in which a container may leave its last words. */
export const prepareTerminationMessage = async (root: string, container: Container): Promise<void> => {
  await mkdir(dirname(pathIn(root, container)), { recursive: true });
};

/** A container's last words, as the kubelet reads them: its file, or, if its policy says so, the end of its log. */
export async function readTerminationMessage(
  container: Container,
  ended: { root: string; logFile: string; exitCode: number },
): Promise<string | undefined> {
  const read = (file: string) => readFile(file, "utf8").catch(() => "");
  const written = (await read(pathIn(ended.root, container))).slice(0, maxMessageBytes);
  if (written !== "") return written;
  const mayUseLog = container.terminationMessagePolicy === "FallbackToLogsOnError" && ended.exitCode !== 0;
  if (!mayUseLog) return undefined;
  const lines = (await read(ended.logFile)).split("\n").slice(-maxLogLines - 1);
  const text = formatLogLines(lines, { isFollowing: false, hasTimestamps: false });
  return text.slice(-maxLogBytes) || undefined;
}
