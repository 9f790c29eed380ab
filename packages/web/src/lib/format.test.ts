import { expect, test } from "vitest";
import { formatBytes, formatCores, formatDuration, formatRelative } from "./format.ts";

test("bytes read as MiB below one GiB and as GiB from there", () => {
  expect(formatBytes(512 * 1024 ** 2)).toBe("512 MiB");
  expect(formatBytes(1024 ** 3)).toBe("1 GiB");
  expect(formatBytes(2.5 * 1024 ** 3)).toMatch(/^2[.,]5 GiB$/);
});

test("millicores read as cores", () => {
  expect(formatCores(1000)).toBe("1 core");
  expect(formatCores(4000)).toBe("4 cores");
  expect(formatCores(250)).toMatch(/^0[.,]25 cores$/);
});

test("durations stay readable at every size, and never become negative", () => {
  expect(formatDuration(-5)).toBe("0 ms");
  expect(formatDuration(340)).toBe("340 ms");
  expect(formatDuration(2440)).toBe("2.4 s");
  expect(formatDuration(185_000)).toBe("3 min 5 s");
});

test("relative times take the largest fitting unit", () => {
  const nowMs = Date.parse("2026-01-10T12:00:00Z");
  const words = (unit: Intl.RelativeTimeFormatUnit, value: number) =>
    new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(value, unit);
  expect(formatRelative("2026-01-10T11:59:57Z", nowMs)).toBe(words("second", 0));
  expect(formatRelative("2026-01-10T11:57:00Z", nowMs)).toBe(words("minute", -3));
  expect(formatRelative("2026-01-09T12:00:00Z", nowMs)).toBe(words("day", -1));
});
