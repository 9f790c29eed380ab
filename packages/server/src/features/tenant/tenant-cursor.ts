import { z } from "zod";
import { AppError } from "../../core/errors.ts";

/** Where a page ended: the exact text of the ordering value, and the id that breaks ties. */
export interface TenantPosition {
  value: string;
  id: string;
}

const cursorSchema = z.tuple([z.string(), z.string().max(200), z.uuid()]);
const valuePatterns: Record<string, RegExp> = {
  SLUG: /^[^\0]*$/,
  STATE: /^[A-Z]+$/,
  PLAN: /^-?\d{1,9}$/,
  CREATED_AT:
    /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-]\d{2}(:\d{2})?$/,
};

/** An opaque cursor for a list in that order. */
export const encodeCursor = (orderField: string, position: TenantPosition): string =>
  Buffer.from(JSON.stringify([orderField, position.value, position.id])).toString("base64url");

/** Throws BAD_USER_INPUT for a cursor of another order or not of ours. */
export function decodeCursor(orderField: string, cursor: string): TenantPosition {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, "base64url").toString("utf8")));
  if (parsed.success) {
    const [field, value, id] = parsed.data;
    if (field === orderField && valuePatterns[field]?.test(value)) return { value, id };
  }
  throw new AppError("BAD_USER_INPUT", "`after` is no cursor of a list in this order.");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
