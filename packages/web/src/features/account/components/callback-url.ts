/** Where the links in Supabase's mails lead to. */
export function buildCallbackUrl(): string {
  return `${location.origin}/auth/callback`;
}
