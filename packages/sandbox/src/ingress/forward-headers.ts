import type { IncomingMessage } from "node:http";

const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const withoutHopByHop = (headers: IncomingMessage["headers"]): IncomingMessage["headers"] => {
  const named = String(headers.connection ?? "")
    .toLowerCase()
    .split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.includes(name) && !named.includes(name)),
  );
};

/** A request's headers for the backend: who asked, for which host, over what; hop-by-hop ones only for an upgrade. */
export function buildForwardHeaders(
  request: IncomingMessage,
  isUpgrade: boolean,
): IncomingMessage["headers"] {
  const { headers, socket } = request;
  const client = socket.remoteAddress ?? "";
  // What the client claims about itself is dropped: this is the outermost proxy.
  return {
    ...withoutHopByHop(headers),
    ...(headers["transfer-encoding"] ? { "transfer-encoding": headers["transfer-encoding"] } : {}),
    ...(isUpgrade ? { connection: "Upgrade", upgrade: headers.upgrade } : {}),
    "x-forwarded-for": client,
    "x-real-ip": client,
    "x-forwarded-host": headers.host,
    "x-forwarded-port": String(socket.localPort ?? ""),
    "x-forwarded-proto": "http",
  };
}

/** A backend's headers for the client, without those that end at this proxy. */
export const buildReturnHeaders = (response: IncomingMessage): IncomingMessage["headers"] =>
  withoutHopByHop(response.headers);
