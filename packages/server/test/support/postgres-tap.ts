import { connect, createServer, type Socket } from "node:net";
import type { TapOptions } from "./kubernetes-tap.ts";

const isWrite = (sql: string) =>
  /^\s*(insert|update|delete|create|alter|drop|grant|revoke|reassign|comment|commit|with\b[\s\S]*\b(insert|update|delete)\b)/i.test(
    sql,
  );

/** A PostgreSQL server that passes everything on and reports each writing statement once it is done. */
export async function makePostgresTap(
  options: TapOptions & {
    name: string;
    listen: { host: string; port: number };
    upstream: { host: string; port: number };
  },
) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(options.upstream);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const writes = makeWriteWatch((sql) => options.onWrite(`${options.name} ${sql}`));
    const outgoing = makeMessageReader({ hasStartup: true }, writes.asked);
    const answers = makeMessageReader({ hasStartup: false }, writes.answered);
    client.on("data", (chunk) => {
      outgoing(chunk);
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      answers(chunk);
      client.write(chunk);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    async dispose() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isCommit = (sql: string) => /^\s*commit/i.test(sql);

/** Pairs statements with the tags that answer them; one that touched no row is no write, nor is the end of a reading transaction. */
function makeWriteWatch(onWrite: (sql: string) => void) {
  const pending: string[] = [];
  let hasChanged = false;
  let hasTransactionChanged = false;
  const tell = () => {
    const isWritten = hasChanged || hasTransactionChanged;
    const done = pending.splice(0).filter((sql) => (isCommit(sql) ? isWritten : hasChanged));
    hasTransactionChanged = hasChanged || (hasTransactionChanged && !done.some(isCommit));
    hasChanged = false;
    for (const sql of done) onWrite(sql.replace(/\s+/g, " ").slice(0, 120));
  };
  return {
    asked(type: string, body: Buffer) {
      if (type !== "Q" && type !== "P") return;
      const sql = type === "Q" ? cString(body, 0) : cString(body, body.indexOf(0) + 1);
      if (isWrite(sql)) pending.push(sql);
    },
    answered(type: string, body: Buffer) {
      if (type === "C")
        hasChanged ||= !/^(SELECT|BEGIN|COMMIT|ROLLBACK|SET|LISTEN|NOTIFY|(UPDATE|DELETE|INSERT 0) 0$)/.test(
          cString(body, 0),
        );
      if (type === "Z") tell();
    },
  };
}

const cString = (body: Buffer, start: number) => body.toString("utf8", start, body.indexOf(0, start));

/** Splits PostgreSQL's message stream: a type byte (absent in the start-up message), Int32 length, body. */
function makeMessageReader(
  { hasStartup }: { hasStartup: boolean },
  onMessage: (type: string, body: Buffer) => void,
) {
  let rest = Buffer.alloc(0);
  let typeLength = hasStartup ? 0 : 1;
  const takeMessage = () => {
    if (rest.length < typeLength + 4) return undefined;
    const end = typeLength + rest.readInt32BE(typeLength);
    if (rest.length < end) return undefined;
    const message = {
      type: rest.toString("latin1", 0, typeLength),
      body: rest.subarray(typeLength + 4, end),
    };
    rest = rest.subarray(end);
    typeLength = 1;
    return message;
  };
  return (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let message = takeMessage(); message !== undefined; message = takeMessage()) {
      onMessage(message.type, message.body);
    }
  };
}
