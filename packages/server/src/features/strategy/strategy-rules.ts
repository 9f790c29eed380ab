import type { Viewer } from "../../core/authentication.ts";
import { findSettingProblem } from "../../strategy/database-settings.ts";
import type { Fault } from "../tenant/tenant-rules.ts";
import type { DatabaseSettingInput, StrategyOverrideInput, StrategyWishesInput } from "./strategy.input.ts";

const maxUsers = 100_000;
const maxDatabaseBytes = 2 ** 40; // 1 TiB

type Range = { field: string; value: number | null | undefined; max: number; unit: string };

function findRangeFault({ field, value, max, unit }: Range): Fault | undefined {
  if (value === null || value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= max)) {
    return undefined;
  }
  return { code: "INVALID", field, message: `Expect from 1 to ${max} ${unit}.` };
}

function findSettingFaults(settings: DatabaseSettingInput[]): Fault[] {
  const seen = new Set<string>();
  return settings.flatMap(({ name, value }, index) => {
    const problem = seen.has(name) ? "This setting is there twice." : findSettingProblem(name, value);
    seen.add(name);
    const field = `databaseSettings.${index}.value`;
    return problem === undefined ? [] : [{ code: "INVALID", field, message: problem }];
  });
}

const maxReasonLength = 500;

/** Who may override, and with which words. */
export function findOverrideFaults(
  override: StrategyOverrideInput | null | undefined,
  field: string,
): Fault[] {
  if (!override) return [];
  const { length } = override.reason.trim();
  const isFit = length >= 3 && length <= maxReasonLength && !/[\p{Cc}\p{Cs}]/u.test(override.reason);
  const message = `Say why, in one line of 3 to ${maxReasonLength} characters.`;
  return isFit ? [] : [{ code: "INVALID", field: `${field}.reason`, message }];
}

/** A setting that nobody would apply is refused rather than kept. */
export function findSharedSettingsFaults(
  override: StrategyOverrideInput | null | undefined,
  hasSettings: boolean,
  field: string,
): Fault[] {
  if (override?.strategy !== "SHARED" || !hasSettings) return [];
  const message =
    "A shared server takes no settings of one tenant: leave them out, or choose a dedicated one.";
  return [{ code: "SETTINGS_NEED_DEDICATED", field: `${field}.strategy`, message }];
}

/** Everything that is wrong with what was wished for. */
export function findWishFaults(input: StrategyWishesInput, viewer: Pick<Viewer, "platformRole">): Fault[] {
  const { expectedConcurrentUsers, expectedDatabaseBytes, databaseSettings, strategyOverride } = input;
  const forbidden: Fault = {
    code: "FORBIDDEN",
    field: "strategyOverride",
    message: "Only a platform administrator may override the strategy.",
  };
  return [
    findRangeFault({
      ...{ field: "expectedConcurrentUsers", value: expectedConcurrentUsers },
      ...{ max: maxUsers, unit: "users" },
    }),
    findRangeFault({
      ...{ field: "expectedDatabaseBytes", value: expectedDatabaseBytes },
      ...{ max: maxDatabaseBytes, unit: "bytes" },
    }),
    ...findSettingFaults(databaseSettings),
    ...(strategyOverride && viewer.platformRole !== "admin" ? [forbidden] : []),
    ...findOverrideFaults(strategyOverride, "strategyOverride"),
    ...findSharedSettingsFaults(strategyOverride, databaseSettings.length > 0, "strategyOverride"),
  ].filter((fault) => fault !== undefined);
}
