const unitBytes: Record<string, number> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
  "": 8192,
};

/** Bytes of a PostgreSQL memory setting such as `2GB`; a bare number counts 8 KiB pages. */
export const parseMemorySetting = (text: string): number | undefined => {
  const match = /^\s*'?(\d+)\s*(B|kB|MB|GB|TB|)'?\s*$/.exec(text);
  return match ? Number(match[1]) * (unitBytes[match[2] ?? ""] ?? 1) : undefined;
};

const limitSetting = (setting: string, maxBytes: number): string => {
  const [name = "", value = ""] = setting.split("=");
  if (name.trim() !== "shared_buffers" || (parseMemorySetting(value) ?? 0) <= maxBytes) return setting;
  return `shared_buffers=${Math.floor(maxBytes / 1024 ** 2)}MB`;
};

export interface ServerArguments {
  /** Of the container, perhaps beginning with `postgres`. */
  args: string[];
  dataDir: string;
  address: string;
  port: number;
  maxSharedBuffersBytes: number;
  hostPath(path: string): string;
}

/** The server's command line: the container's own, then what makes it listen at the pod's address only. */
export const buildServerArguments = (input: ServerArguments): string[] => {
  const own = input.args[0] === "postgres" ? input.args.slice(1) : input.args;
  const adapted = own.map((arg) =>
    limitSetting(
      arg.replace(/(?<=^(?:-c|--)?\w+_file=)\/.*$/, (path) => input.hostPath(path)),
      input.maxSharedBuffersBytes,
    ),
  );
  const forced = { listen_addresses: input.address, port: input.port, unix_socket_directories: "" };
  return [
    "-D",
    input.dataDir,
    ...adapted,
    ...Object.entries(forced).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
};
