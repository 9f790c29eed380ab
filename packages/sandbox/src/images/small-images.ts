import { fileURLToPath } from "node:url";
import type { ImageRunner } from "./image-runner.ts";

const shellPath = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";

/** Images that only wait: `pause`, `sandbox/sleep`. */
export const sleepRunner: ImageRunner = {
  matches: ({ path, name }) => name === "pause" || path === "sandbox/sleep",
  prepare: async ({ env, root }) => ({
    command: "sleep",
    args: ["2147483647"],
    env: { PATH: shellPath, ...env },
    cwd: root,
  }),
};

/** `busybox` runs its command with this machine's own programs. */
export const busyboxRunner: ImageRunner = {
  matches: ({ name }) => name === "busybox",
  async prepare({ command, args, env, root }) {
    const [program = "sh", ...rest] = [...command, ...args];
    return { command: program, args: rest, env: { PATH: shellPath, ...env }, cwd: root };
  },
};

/** `http-echo` answers every request with the text of `-text=`, at `-listen=` (default :5678). */
export const httpEchoRunner: ImageRunner = {
  matches: ({ name }) => name === "http-echo",
  async prepare({ args, env, address, listenPort }) {
    const option = (name: string): string | undefined =>
      args.find((arg) => arg.replace(/^--?/, "").startsWith(`${name}=`))?.replace(/^[^=]*=/, "");
    const port = Number(option("listen")?.split(":").pop() ?? 5678);
    const program = fileURLToPath(new URL("./http-echo-process.ts", import.meta.url));
    return {
      command: process.execPath,
      args: ["--no-warnings", program, address, String(listenPort(port)), option("text") ?? "hello"],
      env,
    };
  },
};
