const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A duration as kubectl writes it: `5s`, `3m20s`, `4h`, `12d`, `2y30d`. */
export function formatDuration(totalSeconds: number): string {
  const seconds = Math.max(0, Math.floor(totalSeconds));
  const both = (large: number, small: [number, string], suffix: string) =>
    `${large}${suffix}${small[0] ? `${small[0]}${small[1]}` : ""}`;
  const minutes = Math.floor(seconds / MINUTE);
  const hours = Math.floor(seconds / HOUR);
  const days = Math.floor(seconds / DAY);
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (minutes < 10) return both(minutes, [seconds % MINUTE, "s"], "m");
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return both(hours, [minutes % 60, "m"], "h");
  if (hours < 48) return `${hours}h`;
  if (days < 8) return both(days, [hours % 24, "h"], "d");
  if (days < 730) return `${days}d`;
  return both(Math.floor(days / 365), [days % 365, "d"], "y");
}

/** Time since the given moment. */
export function formatAge(since: string | undefined, nowMs: number): string {
  return since ? formatDuration((nowMs - Date.parse(since)) / 1000) : "<unknown>";
}
