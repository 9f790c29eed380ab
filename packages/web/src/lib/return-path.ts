/** The address of the sign-in page that leads back to `path` afterwards. */
export function buildSignInPath(path: string): string {
  return path === "/dashboard" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`;
}

/** Where to go after signing in; only a path of this site is followed. */
export function readReturnPath(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : "/dashboard";
}
