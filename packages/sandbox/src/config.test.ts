import { createServer } from "node:net";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { ConfigError, type PortName, portVariables, readConfig } from "./config.ts";
import { reservePorts } from "./ports.ts";

const anyPorts = Object.fromEntries(Object.values(portVariables).map((name) => [name, "0"]));

function readFaults(args: string[], environment: Record<string, string>): string {
  try {
    readConfig(args, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error("The configuration was accepted");
}

it("has defaults for everything, an empty variable among them", () => {
  const config = readConfig([], { SANDBOX_PORT_WEB: "" });
  expect(config).toMatchObject({
    dir: resolve(import.meta.dirname, "../../../.sandbox"),
    host: "127.0.0.1",
    ports: {
      web: 4000,
      ingress: 8080,
      mail: 8025,
      smtp: 1025,
      supabase: 54321,
      kubernetes: 16443,
      database: 54329,
    },
    nodes: { count: 3, capacity: { cpu: 16, memoryBytes: 64 * 2 ** 30, pods: 250 } },
    mailIntervalMs: 60_000,
    isReset: false,
  });
  expect(readConfig(["--run", "serve it", "--reset", "--dir", "/tmp/x"], {})).toMatchObject({
    runCommand: "serve it",
    isReset: true,
    dir: "/tmp/x",
  });
});

it("names all faults at once", () => {
  const faults = readFaults(["--rest"], {
    SANDBOX_PORT_WEB: "http",
    SANDBOX_PORT_MAIL: "70000",
    SANDBOX_HOST: "localhost",
    SANDBOX_NODE_MEMORY: "lots",
  });
  for (const name of [
    "--rest",
    "SANDBOX_PORT_WEB",
    "SANDBOX_PORT_MAIL",
    "SANDBOX_HOST",
    "SANDBOX_NODE_MEMORY",
  ]) {
    expect(faults).toContain(name);
  }
});

it("refuses one port for two parts, but any number of free ones", () => {
  expect(readFaults([], { SANDBOX_PORT_WEB: "8025" })).toContain("SANDBOX_PORT_MAIL and SANDBOX_PORT_WEB");
  expect(readConfig([], anyPorts).ports.web).toBe(0);
});

it("finds different free ports and names each taken one with its variable", async () => {
  const zeros = readConfig([], anyPorts).ports;
  const ports = await reservePorts(zeros, "127.0.0.1");
  expect(new Set(Object.values(ports)).size).toBe(7);
  const stranger = createServer().listen(ports.web, "127.0.0.1");
  const second = createServer().listen(ports.mail, "127.0.0.1");
  try {
    const attempt = reservePorts(ports, "127.0.0.1");
    await expect(attempt).rejects.toThrow(ConfigError);
    const { message } = (await attempt.catch((error: unknown) => error)) as Error;
    expect(message).toContain(`port ${ports.web} (web) is taken; choose another one with SANDBOX_PORT_WEB`);
    expect(message).toContain("SANDBOX_PORT_MAIL");
    const others = (Object.keys(portVariables) as PortName[]).filter(
      (name) => name !== "web" && name !== "mail",
    );
    for (const name of others) expect(message).not.toContain(portVariables[name]);
  } finally {
    stranger.close();
    second.close();
  }
});
