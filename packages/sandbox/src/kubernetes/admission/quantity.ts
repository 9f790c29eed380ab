import { isFields } from "../object.ts";

const QUANTITY = /^([+-]?\d*(?:\.\d*)?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|e[+-]?\d+|E[+-]?\d+)?$/;
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["k", "M", "G", "T", "P", "E"];

function multiplierMilli(suffix: string): bigint {
  if (suffix === "m") return 1n;
  if (BINARY.includes(suffix)) return 1000n * 1024n ** BigInt(BINARY.indexOf(suffix) + 1);
  return 1000n ** BigInt(DECIMAL.indexOf(suffix) + 2);
}

/** `-1.5` as digits and their scale: -15 and 10. */
function parseDecimal(number: string): { digits: bigint; scale: bigint } {
  const [whole = "", fraction = ""] = number.replace(/^[+-]/, "").split(".");
  const digits = BigInt(whole + fraction || "0");
  return { digits: number.startsWith("-") ? -digits : digits, scale: 10n ** BigInt(fraction.length) };
}

/** A quantity in thousandths; undefined when it is none. Parts below a thousandth are rounded up. */
export function findMilli(quantity: unknown): bigint | undefined {
  const text = typeof quantity === "number" ? String(quantity) : quantity;
  const found = typeof text === "string" ? QUANTITY.exec(text) : null;
  const [, number = "", suffix = ""] = found ?? [];
  if (!/\d/.test(number)) return undefined;
  if (/^[eE][+-]?\d+$/.test(suffix)) return BigInt(Math.ceil(Number(number + suffix) * 1000));
  const { digits, scale } = parseDecimal(number);
  const scaled = digits * multiplierMilli(suffix);
  return scaled / scale + (scaled % scale > 0n ? 1n : 0n);
}

/** Thousandths of a quantity that was validated. */
export const milliOf = (quantity: unknown): bigint => findMilli(quantity) ?? 0n;

/** The shortest canonical text; `like` says whether binary suffixes are wanted. */
export function formatQuantity(milli: bigint, like: "binary" | "decimal"): string {
  if (milli % 1000n !== 0n) return `${milli}m`;
  const value = milli / 1000n;
  const [suffixes, base] = like === "binary" ? [BINARY, 1024n] : [DECIMAL, 1000n];
  const power = suffixes.findLastIndex(
    (_, index) => value !== 0n && value % base ** BigInt(index + 1) === 0n,
  );
  return power < 0 ? String(value) : `${value / base ** BigInt(power + 1)}${suffixes[power]}`;
}

const isBinary = (text: string) => text.endsWith("i");

/** Writes every quantity of the map in the canonical form of its own suffix family. */
export function canonicalQuantities(map: unknown): void {
  if (!isFields(map)) return;
  for (const [name, value] of Object.entries(map)) {
    const milli = findMilli(value);
    if (milli !== undefined)
      map[name] = formatQuantity(milli, isBinary(String(value)) ? "binary" : "decimal");
  }
}
