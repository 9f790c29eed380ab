import { existsSync } from "node:fs";
import { join } from "node:path";
import { type RequestHandler, Router } from "express";
import sirv from "sirv";

/** What the SPA must know before it can sign anybody in. */
export interface SpaConfig {
  supabaseUrl: string;
  supabaseAnonKey: string;
  baseDomain: string;
  /** `{slug}` stands for the subdomain. */
  tenantUrlPattern: string;
  version: string;
}

/** Serves the built SPA, where there is one, and its `config.json`. */
export function makeSpa(options: { webRoot: string; config: SpaConfig }): Router {
  const router = Router();
  router.get("/config.json", (_request, response) => {
    response.setHeader("cache-control", "no-cache");
    response.json(options.config);
  });
  if (existsSync(join(options.webRoot, "index.html"))) router.use(serveFiles(options.webRoot));
  return router;
}

function serveFiles(webRoot: string): RequestHandler {
  return sirv(webRoot, {
    single: true, // paths of the SPA's router answer with index.html
    gzip: true,
    brotli: true,
    etag: true,
    setHeaders(response, path) {
      // Files in assets/ carry a hash of their content in the name.
      const isHashed = path.startsWith("/assets/");
      response.setHeader("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  }) as RequestHandler;
}
