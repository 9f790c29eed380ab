import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Target } from "./find-endpoints.ts";
import { buildForwardHeaders, buildReturnHeaders } from "./forward-headers.ts";
import { badGatewayPage, buildPageHeaders, buildPageHtml, type Page } from "./pages.ts";

/** Answers with a page for people. */
export function sendPage(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const html = buildPageHtml(page, request.headers.host ?? "");
  request.resume();
  response
    .writeHead(page.status, buildPageHeaders(page, html))
    .end(request.method === "HEAD" ? undefined : html);
}

const openRequest = (request: IncomingMessage, { address, port }: Target, agent: Agent | undefined) =>
  httpRequest({
    host: address,
    port,
    method: request.method,
    path: request.url,
    headers: buildForwardHeaders(request, agent === undefined),
    ...(agent ? { agent } : {}),
  });

/** Streams the answer back; when either side breaks off, so does the other. */
const returnAnswer = (answer: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, buildReturnHeaders(answer));
  answer.pipe(response);
  answer.once("error", () => response.destroy());
};

/** Sends a request to the first target that can be reached, streaming both ways; 502 when none can. */
export function forwardRequest(
  agent: Agent,
  [request, response]: [IncomingMessage, ServerResponse],
  targets: Target[],
): void {
  const [target, ...others] = targets;
  if (!target) {
    sendPage(request, response, badGatewayPage);
    return;
  }
  const outgoing = openRequest(request, target, agent);
  let isSent = false;
  const send = (): void => {
    isSent = true;
    request.pipe(outgoing);
  };
  const fail = (): void => {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    // A kept connection may have been closed by the backend in that very moment: once more on another one.
    const isStale = isSent && outgoing.reusedSocket && ["GET", "HEAD"].includes(request.method ?? "");
    const rest = isStale ? targets : isSent ? [] : others;
    forwardRequest(agent, [request, response], rest);
  };
  // Nothing of the body is taken before there is a connection, so that another target can still have it.
  outgoing.once("socket", (socket) => {
    if (socket.connecting) socket.once("connect", send);
    else send();
  });
  outgoing.once("response", (answer) => returnAnswer(answer, response));
  outgoing.once("error", fail);
  response.once("close", () => outgoing.destroy());
}

const buildRawHead = (answer: IncomingMessage): string => {
  const lines: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}\r\n`);
  }
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join("")}\r\n`;
};

/** Ends an upgrade that leads nowhere, with a page. */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex, page: Page): void {
  const html = buildPageHtml(page, request.headers.host ?? "");
  const headers = { ...buildPageHeaders(page, html), connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${page.status} ${page.title}\r\n${lines.join("")}\r\n${html}`);
}

const joinSockets = (one: Duplex, other: Duplex): void => {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.once("error", () => to.destroy());
    from.once("close", () => to.destroy());
  }
};

/** Sends an upgrade (WebSocket) to the first target that can be reached and joins the two connections. */
export function forwardUpgrade(
  request: IncomingMessage,
  [socket, head]: [Duplex, Buffer],
  targets: Target[],
): void {
  const [target, ...others] = targets;
  if (!target) {
    refuseUpgrade(request, socket, badGatewayPage);
    return;
  }
  const outgoing = openRequest(request, target, undefined);
  outgoing.once("upgrade", (answer, backend, backendHead) => {
    socket.write(buildRawHead(answer));
    if (backendHead.length > 0) socket.write(backendHead);
    if (head.length > 0) backend.write(head);
    joinSockets(socket, backend);
  });
  outgoing.once("response", (answer) => {
    socket.write(buildRawHead(answer));
    answer.pipe(socket);
  });
  outgoing.once("error", () => forwardUpgrade(request, [socket, head], others));
  socket.once("close", () => outgoing.destroy());
  outgoing.end();
}
