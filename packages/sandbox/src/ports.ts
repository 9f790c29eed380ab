import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { ConfigError, type PortName, type Ports, portVariables } from "./config.ts";

interface Attempt {
  name: PortName;
  held?: Server;
  fault?: string;
}

async function hold(name: PortName, port: number, host: string): Promise<Attempt> {
  const server = createServer();
  try {
    const listening = once(server, "listening");
    server.listen(port, host);
    await listening;
    return { name, held: server };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "is taken" : `cannot be listened on (${message})`;
    return { name, fault: `port ${port} (${name}) ${why}; choose another one with ${portVariables[name]}` };
  }
}

/** `localhost` is ::1 to many programs: a stranger listening there would be taken for the sandbox. */
async function holdLocalhost(name: PortName, port: number): Promise<Attempt> {
  const attempt = await hold(name, port, "::1");
  return attempt.fault?.includes("is taken") || attempt.held ? attempt : { name };
}

/** Makes sure that every port can be listened on, and finds a free one for each 0. Throws ConfigError naming all that cannot. */
export async function reservePorts(wanted: Ports, host: string): Promise<Ports> {
  const names = Object.keys(wanted) as PortName[];
  const atHost = await Promise.all(names.map((name) => hold(name, wanted[name], host)));
  const given = host === "127.0.0.1" ? names.filter((name) => wanted[name] > 0) : [];
  const attempts = [
    ...atHost,
    ...(await Promise.all(given.map((name) => holdLocalhost(name, wanted[name])))),
  ];
  const faults = new Set(attempts.flatMap(({ fault }) => fault ?? []));
  const ports = atHost.map(({ name, held }) => [name, (held?.address() as AddressInfo | undefined)?.port]);
  await Promise.all(attempts.map(({ held }) => held && new Promise((resolve) => held.close(resolve))));
  if (faults.size > 0) throw new ConfigError([...faults]);
  return Object.fromEntries(ports) as Ports;
}
