import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import type { Log } from "../client/log.ts";
import {
  type HttpReply,
  type HttpRequest,
  listenHttp,
  makeRouter,
  type Parameters,
  type Route,
} from "../http-server.ts";
import { type MailStore, openMailStore } from "./mail-store.ts";

type MailHandler = (
  store: MailStore,
  request: HttpRequest,
  parameters: Parameters,
) => HttpReply | Promise<HttpReply>;

const notFound: HttpReply = { status: 404, body: { message: "There is no such mail" } };
/** A mail is foreign content: no scripts, and nothing of this page is within its reach. */
const mailPolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:";

const getPage: MailHandler = async () => ({
  headers: { "Content-Type": "text/html; charset=utf-8" },
  body: await readFile(new URL("mail-page.html", import.meta.url), "utf8"),
});

const getHtml: MailHandler = (store, _request, { id = "" }) => {
  const mail = store.find(id);
  if (!mail) return notFound;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": mailPolicy };
  return { headers, body: `<base target="_blank">${mail.html}` };
};

const routes: readonly Route<MailHandler>[] = [
  ["GET", "/", getPage],
  [
    "GET",
    "/api/messages",
    (store, { url }) => ({ body: { messages: store.list(url.searchParams.get("to") ?? undefined) } }),
  ],
  [
    "GET",
    "/api/messages/:id",
    (store, _request, { id = "" }) => {
      const mail = store.find(id);
      return mail ? { body: mail } : notFound;
    },
  ],
  ["GET", "/messages/:id", getHtml],
  [
    "DELETE",
    "/api/messages",
    (store) => {
      store.clear();
      return { status: 204 };
    },
  ],
];
const findRoute = makeRouter(routes);

async function storeMail(store: MailStore, stream: SMTPServerDataStream, session: SMTPServerSession) {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const email = await PostalMime.parse(Buffer.concat(chunks));
  store.add(
    email,
    session.envelope.rcptTo.map(({ address }) => address),
  );
}

async function listenSmtp(options: MailCatcherOptions, store: MailStore) {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: "anyone" }),
    onData: (stream, session, done) => {
      storeMail(store, stream, session).then(() => done(), done);
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.smtpPort, options.host, resolve);
  });
  server.on("error", (error) => options.log.warn("SMTP connection failed", { error: error.message }));
  return {
    port: (server.server.address() as AddressInfo).port,
    dispose: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export interface MailCatcherOptions {
  /** Folder for the mails. */
  dir: string;
  smtpPort: number;
  webPort: number;
  host: string;
  log: Log;
}

/** Takes every mail by SMTP, delivers none, and shows them on a page and as JSON under /api/messages. */
export async function makeMailCatcher(options: MailCatcherOptions) {
  mkdirSync(options.dir, { recursive: true });
  const store = openMailStore(options.dir);
  const smtp = await listenSmtp(options, store);
  const web = await listenHttp({
    port: options.webPort,
    host: options.host,
    log: options.log,
    answer: async (request) => {
      const route = findRoute(request.method, request.url.pathname);
      return route ? await route.handler(store, request, route.parameters) : notFound;
    },
  });
  return {
    url: `http://localhost:${web.port}`,
    smtpPort: smtp.port,
    dispose: async () => {
      await Promise.all([web.dispose(), smtp.dispose()]);
      store.close();
    },
  };
}

export type MailCatcher = Awaited<ReturnType<typeof makeMailCatcher>>;
