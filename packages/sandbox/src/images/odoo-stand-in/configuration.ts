import { readFileSync } from "node:fs";
import { parseIniSection } from "../ini-file.ts";

/** What the stand-in takes from Odoo's command line and configuration file. */
export interface OdooConfiguration {
  database: { host?: string; port: number; user?: string; password?: string; name: string };
  http: { isEnabled: boolean; address: string; port: number; geventPort: number };
  workers: number;
  modules: string[];
  stopAfterInit: boolean;
}

const flags = new Set(["--stop-after-init", "--no-http"]);
const shortNames: Record<string, string> = {
  "-c": "--config",
  "-i": "--init",
  "-d": "--database",
  "-p": "--http-port",
};

const parseArguments = (args: string[]): Map<string, string> => {
  const options = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const [name = "", value] = (args[index] ?? "").split(/=(.*)/s);
    const option = shortNames[name] ?? name;
    if (flags.has(option)) options.set(option, "true");
    else options.set(option, value ?? args[++index] ?? "");
  }
  return options;
};

type Getter = (key: string, option?: string) => string | undefined;

// Odoo's `False` and empty values count as not set.
const makeGetter =
  (options: Map<string, string>, file: Map<string, string>): Getter =>
  (key, option) => {
    const value = options.get(option ?? `--${key.replaceAll("_", "-")}`) ?? file.get(key);
    return value === "False" || value === "None" || value === "" ? undefined : value;
  };

const readDatabase = (get: Getter): OdooConfiguration["database"] => {
  const [name] = (get("db_name", "--database") ?? "").split(",");
  if (!name) throw new Error("db_name is not set: the stand-in serves one database");
  const [host, user, password] = [get("db_host"), get("db_user"), get("db_password")];
  return {
    port: Number(get("db_port") ?? 5432),
    name,
    ...(host ? { host } : {}),
    ...(user ? { user } : {}),
    ...(password ? { password } : {}),
  };
};

/** Reads the command line and the configuration file that it names. */
export const readConfiguration = (args: string[]): OdooConfiguration => {
  const options = parseArguments(args);
  const file = options.get("--config");
  const get = makeGetter(
    options,
    file ? parseIniSection(readFileSync(file, "utf8"), "options") : new Map<string, string>(),
  );
  return {
    database: readDatabase(get),
    http: {
      isEnabled: !options.has("--no-http"),
      address: get("http_interface") ?? "0.0.0.0",
      port: Number(get("http_port") ?? 8069),
      geventPort: Number(get("gevent_port") ?? 8072),
    },
    workers: Number(get("workers") ?? 0),
    modules: (options.get("--init") ?? "").split(",").filter(Boolean),
    stopAfterInit: options.has("--stop-after-init"),
  };
};
