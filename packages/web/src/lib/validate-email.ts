/** Catches typing mistakes only; whether mail arrives is what the confirmation shows. */
export function validateEmail(email: string): string | null {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim())
    ? null
    : "Enter an e-mail address, like name@example.com.";
}
