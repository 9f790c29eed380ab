const gib = 1024 ** 3;
const mib = 1024 ** 2;

/** `5 GiB`, `512 MiB`: binary units, at most one decimal, in the browser's locale. */
export function formatBytes(bytes: number): string {
  const [amount, unit] = bytes >= gib ? [bytes / gib, "GiB"] : [bytes / mib, "MiB"];
  return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(amount)} ${unit}`;
}

/** `0.25 cores`, `1 core` from thousandths of a core. */
export function formatCores(millicores: number): string {
  const cores = millicores / 1000;
  return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(cores)} ${cores === 1 ? "core" : "cores"}`;
}

/** `340 ms`, `2.4 s`, `3 min 5 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** `3 minutes ago` in the browser's locale; `now` under ten seconds. */
export function formatRelative(at: string, nowMs: number): string {
  const seconds = Math.round((Date.parse(at) - nowMs) / 1000);
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  const step = steps.find(([, size]) => Math.abs(seconds) >= size);
  if (step !== undefined) return format.format(Math.round(seconds / step[1]), step[0]);
  return format.format(Math.abs(seconds) < 10 ? 0 : seconds, "second");
}

/** The full date and time, for tooltips. */
export function formatDateTime(at: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }).format(
    new Date(at),
  );
}
