import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { parseQuantity } from "./client/quantity.ts";
import type { NodeCapacity } from "./kubelet/index.ts";

const repositoryRoot = resolve(import.meta.dirname, "../../..");

/** The ports of a sandbox: who listens, and the variable that changes it. */
export const portVariables = {
  web: "SANDBOX_PORT_WEB",
  ingress: "SANDBOX_PORT_INGRESS",
  mail: "SANDBOX_PORT_MAIL",
  smtp: "SANDBOX_PORT_SMTP",
  supabase: "SANDBOX_PORT_SUPABASE",
  kubernetes: "SANDBOX_PORT_KUBERNETES",
  database: "SANDBOX_PORT_DATABASE",
} as const;

export type PortName = keyof typeof portVariables;
export type Ports = Record<PortName, number>;

const wholeNumber = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(fallback);
const port = (fallback: number) => wholeNumber(fallback, 0, 65_535);
const gibibyte = 2 ** 30;
const memory = z
  .string()
  .transform(parseQuantity)
  .refine(
    (bytes) => bytes !== undefined && bytes >= gibibyte,
    "must be a quantity of at least 1Gi, such as 64Gi",
  )
  .transform((bytes) => bytes ?? gibibyte);

const environmentShape = z.object({
  SANDBOX_DIR: z.string().optional(),
  SANDBOX_HOST: z.union([z.ipv4(), z.ipv6()], "must be an IP address").default("127.0.0.1"),
  SANDBOX_PORT_WEB: port(4000),
  SANDBOX_PORT_INGRESS: port(8080),
  SANDBOX_PORT_MAIL: port(8025),
  SANDBOX_PORT_SMTP: port(1025),
  SANDBOX_PORT_SUPABASE: port(54_321),
  SANDBOX_PORT_KUBERNETES: port(16_443),
  SANDBOX_PORT_DATABASE: port(54_329),
  SANDBOX_NODES: wholeNumber(3, 1, 50),
  SANDBOX_NODE_CPU: wholeNumber(16, 1, 1_000),
  SANDBOX_NODE_MEMORY: memory.default(64 * gibibyte),
  SANDBOX_NODE_PODS: wholeNumber(250, 1, 10_000),
  SANDBOX_MAIL_INTERVAL_SECONDS: wholeNumber(60, 0, 3600),
  SANDBOX_ODOO_BIN: z.string().min(1).optional(),
  SANDBOX_KUBECONFIG: z.string().refine(existsSync, "must be a file that exists").optional(),
  SANDBOX_STOP_WITH_STDIN: z.literal("1").optional(),
});

export interface SandboxConfig {
  dir: string;
  host: string;
  ports: Ports;
  /** How many virtual nodes, and what each of them claims to have. */
  nodes: { count: number; capacity: NodeCapacity };
  mailIntervalMs: number;
  odooBin?: string | undefined;
  /** A control plane to join, instead of an embedded one. */
  kubeconfig?: string | undefined;
  /** Started when everything else is up. */
  runCommand?: string | undefined;
  isReset: boolean;
  /** Ends when whoever started it closes its standard input. */
  isTiedToStdin: boolean;
}

/** Every fault of the configuration at once, one on a line. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(`The sandbox's configuration has faults:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

export const usage = `Usage: sandbox [--run "<command>"] [--reset] [--dir <folder>]

  --run    start this command when everything is up, with the platform's environment
  --reset  forget the state of earlier runs first
  --dir    where the state is kept (default: SANDBOX_DIR, or .sandbox in the repository)

Ports: ${Object.values(portVariables).join(", ")} (0: any free one).
`;

function findRepeatedPorts(ports: Ports): string[] {
  const names = Object.keys(ports) as PortName[];
  return names.flatMap((name, index) => {
    const other = names.slice(0, index).find((earlier) => ports[name] > 0 && ports[earlier] === ports[name]);
    return other ? [`${portVariables[name]} and ${portVariables[other]} are both ${ports[name]}`] : [];
  });
}

function readArguments(args: readonly string[]) {
  try {
    const options = {
      run: { type: "string" },
      reset: { type: "boolean", default: false },
      dir: { type: "string" },
    } as const;
    return { values: parseArgs({ args: [...args], options }).values, faults: [] };
  } catch (error) {
    return { values: { reset: false, run: undefined, dir: undefined }, faults: [(error as Error).message] };
  }
}

/** Reads command line and environment; an empty variable counts as absent. Throws ConfigError. */
export function readConfig(args: readonly string[], environment: NodeJS.ProcessEnv): SandboxConfig {
  const { values, faults } = readArguments(args);
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const result = environmentShape.safeParse(given);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError([...faults, ...issues]);
  }
  const env = result.data;
  const entries = Object.entries(portVariables).map(([name, variable]) => [name, env[variable]]);
  const ports = Object.fromEntries(entries) as Ports;
  const allFaults = [...faults, ...findRepeatedPorts(ports)];
  if (allFaults.length > 0) throw new ConfigError(allFaults);
  return {
    dir: values.dir ? resolve(values.dir) : resolve(repositoryRoot, env.SANDBOX_DIR ?? ".sandbox"),
    host: env.SANDBOX_HOST,
    ports,
    nodes: {
      count: env.SANDBOX_NODES,
      capacity: {
        cpu: env.SANDBOX_NODE_CPU,
        memoryBytes: env.SANDBOX_NODE_MEMORY,
        pods: env.SANDBOX_NODE_PODS,
      },
    },
    mailIntervalMs: env.SANDBOX_MAIL_INTERVAL_SECONDS * 1000,
    odooBin: env.SANDBOX_ODOO_BIN,
    kubeconfig: env.SANDBOX_KUBECONFIG && resolve(env.SANDBOX_KUBECONFIG),
    runCommand: values.run,
    isReset: values.reset,
    isTiedToStdin: env.SANDBOX_STOP_WITH_STDIN === "1",
  };
}
