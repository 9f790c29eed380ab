/** What a person sees when no backend answers. */
export interface Page {
  status: number;
  title: string;
  text: string;
  retryAfterSeconds?: number;
}

export const notFoundPage: Page = {
  status: 404,
  title: "There is nothing at this address",
  text: "No instance has this name. Please check the address; if the instance is new, its route may appear in a moment.",
};

export const notReadyPage: Page = {
  status: 503,
  title: "This instance is starting or stopped",
  text: "Nothing answers here yet. This page looks again by itself every few seconds.",
  retryAfterSeconds: 5,
};

export const badGatewayPage: Page = {
  status: 502,
  title: "This instance did not answer",
  text: "It is there, but the connection failed. This page tries again by itself.",
  retryAfterSeconds: 5,
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `body{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:100vh;margin:0;
background:#f6f7f9;color:#1c2330}main{max-width:30rem;padding:2rem;text-align:center}h1{font-size:1.4rem}
small{color:#7a8394}@media(prefers-color-scheme:dark){body{background:#14171c;color:#e6e9ef}}`;

/** The page as a whole HTML document. */
export const buildPageHtml = ({ status, title, text, retryAfterSeconds }: Page, host: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width">${
    retryAfterSeconds ? `<meta http-equiv="refresh" content="${retryAfterSeconds}">` : ""
  }<style>${style}</style></head><body><main><h1>${title}</h1><p>${text}</p>
<small>${status} · ${escapeHtml(host)}</small></main></body></html>\n`;

/** The page's HTTP headers. */
export const buildPageHeaders = ({ retryAfterSeconds }: Page, html: string): Record<string, string> => ({
  "content-type": "text/html; charset=utf-8",
  "content-length": String(Buffer.byteLength(html)),
  "cache-control": "no-store",
  ...(retryAfterSeconds ? { "retry-after": String(retryAfterSeconds) } : {}),
});
