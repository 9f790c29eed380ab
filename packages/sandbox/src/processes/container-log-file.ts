import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import type { Readable } from "node:stream";

/** Appends lines in the container runtimes' log format: `<time> stdout|stderr F|P <line>`. */
export interface ContainerLogFile {
  write(stream: "stdout" | "stderr", line: string): void;
  /** Takes over a process's output, line by line. */
  follow(stream: "stdout" | "stderr", source: Readable): void;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

const maxLineLength = 16_384;
const maxFileBytes = 10 * 1024 * 1024;

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Opens (and continues) a log file; one over 10 MiB becomes `<file>.1` first. */
export function makeContainerLogFile(file: string): ContainerLogFile {
  mkdirSync(dirname(file), { recursive: true });
  let bytes = sizeOf(file);
  let output: WriteStream = createWriteStream(file, { flags: "a", mode: 0o600 });
  output.on("error", () => undefined);

  const rotate = (): void => {
    output.end();
    renameSync(file, `${file}.1`);
    output = createWriteStream(file, { flags: "a", mode: 0o600 });
    output.on("error", () => undefined);
    bytes = 0;
  };
  const write = (stream: string, line: string, tag = "F"): void => {
    const text = `${new Date().toISOString().replace("Z", "000000Z")} ${stream} ${tag} ${line}\n`;
    bytes += text.length;
    output.write(text);
    if (bytes > maxFileBytes && sizeOf(file) > 0) rotate();
  };

  return {
    write: (stream, line) => write(stream, line),
    follow(stream, source) {
      let rest = "";
      source.setEncoding("utf8");
      source.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) write(stream, line);
        if (rest.length > maxLineLength) {
          write(stream, rest, "P");
          rest = "";
        }
      });
      source.on("end", () => rest && write(stream, rest));
      source.on("error", () => undefined);
    },
    close: () => new Promise((resolve) => output.end(() => resolve())),
  };
}
