import type { RequestHandler } from "express";
import helmet from "helmet";

/** Headers that let the page load its own files and talk to itself and to Supabase, and to nobody else. */
export function makeSecurityHeaders(options: { publicUrl: string; supabaseUrl: string }): RequestHandler {
  const { publicUrl, supabaseUrl } = options;
  const isHttps = publicUrl.startsWith("https:");
  const socketOrigin = new URL(publicUrl).origin.replace(/^http/, "ws");
  return helmet({
    contentSecurityPolicy: {
      directives: {
        "default-src": ["'self'"],
        "connect-src": ["'self'", socketOrigin, new URL(supabaseUrl).origin],
        "style-src": ["'self'", "'unsafe-inline'"], // the component library sets style attributes
        "img-src": ["'self'", "data:"],
        // On a plain http:// installation it would turn every request into one that fails.
        "upgrade-insecure-requests": isHttps ? [] : null,
      },
    },
    strictTransportSecurity: isHttps,
    crossOriginEmbedderPolicy: false,
  });
}
