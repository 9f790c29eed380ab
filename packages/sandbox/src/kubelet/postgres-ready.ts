import { connect } from "node:net";

// StartupMessage of protocol 3.0 for a user that need not exist: any answer but "starting up" means it accepts.
const startupMessage = (user: string): Buffer => {
  const parameters = Buffer.from(`user\0${user}\0\0`);
  const header = Buffer.alloc(8);
  header.writeInt32BE(parameters.length + 8, 0);
  header.writeInt32BE(196_608, 4);
  return Buffer.concat([header, parameters]);
};

/** What `pg_isready` would find; throws in its words when the server does not accept connections. */
export const checkPostgresReady = (host: string, port: number, timeoutMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const fail = (what: string): void => {
      socket.destroy();
      reject(new Error(`${host}:${port} - ${what}`));
    };
    socket.on("connect", () => socket.write(startupMessage("pg_isready")));
    socket.on("timeout", () => fail("no response"));
    socket.on("error", () => fail("no response"));
    socket.on("end", () => fail("no response"));
    socket.once("data", (answer) => {
      // 57P03: cannot_connect_now, the server is starting up or shutting down
      if (answer.includes("57P03")) return fail("rejecting connections");
      socket.destroy();
      resolve();
    });
  });
