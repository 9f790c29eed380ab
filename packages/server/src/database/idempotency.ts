import { createHmac } from "node:crypto";
import { sql } from "kysely";
import type { DatabaseTransaction } from "../core/ports.ts";

/** One keyed call of one viewer. */
export interface KeyedCall {
  userId: string;
  mutation: string;
  key: string;
  inputHmac: string;
}

/** Ids of what a call made. */
export type RememberedResult = Record<string, string>;

/** The key was used before, with another input. */
export class IdempotencyKeyReusedError extends Error {}

/** The call when it has a key; of its input, whose secrets the caller leaves out, only a fingerprint stays. */
export function buildKeyedCall(
  secret: string,
  call: Pick<KeyedCall, "userId" | "mutation"> & {
    input: { idempotencyKey?: string | null; [field: string]: unknown };
  },
): KeyedCall | undefined {
  const { userId, mutation } = call;
  const { idempotencyKey: key, ...input } = call.input;
  if (key === null || key === undefined) return undefined;
  const sorted = Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1));
  const inputHmac = createHmac("sha256", secret).update(JSON.stringify(sorted)).digest("hex");
  return { userId, mutation, key, inputHmac };
}

const keptFor = sql<Date>`now() - interval '24 hours'`;

/** What an earlier call with this key made; throws `IdempotencyKeyReusedError` when its input was another. */
export async function findRemembered(
  transaction: DatabaseTransaction,
  call: KeyedCall,
): Promise<RememberedResult | undefined> {
  const row = await transaction
    .selectFrom("idempotency_keys")
    .select(["input_hmac", "result"])
    .where("user_id", "=", call.userId)
    .where("mutation", "=", call.mutation)
    .where("key", "=", call.key)
    .where("created_at", ">", keptFor)
    .executeTakeFirst();
  if (row !== undefined && row.input_hmac !== call.inputHmac) throw new IdempotencyKeyReusedError();
  return row?.result;
}

/** Records `result` first; a call with the same key at the same time waits here, then gets the other's result. */
export async function rememberOrReplay(
  transaction: DatabaseTransaction,
  call: KeyedCall,
  result: RememberedResult,
): Promise<RememberedResult | undefined> {
  await transaction
    .deleteFrom("idempotency_keys")
    .where("user_id", "=", call.userId)
    .where("created_at", "<=", keptFor)
    .execute();
  const inserted = await transaction
    .insertInto("idempotency_keys")
    .values({
      user_id: call.userId,
      mutation: call.mutation,
      key: call.key,
      input_hmac: call.inputHmac,
      result: JSON.stringify(result),
    })
    .onConflict((conflict) => conflict.columns(["user_id", "mutation", "key"]).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows === 1n) return undefined;
  return findRemembered(transaction, call);
}

/** What the call made in the end, in the transaction that recorded it. */
export async function replaceRemembered(
  transaction: DatabaseTransaction,
  call: KeyedCall,
  result: RememberedResult,
): Promise<void> {
  await transaction
    .updateTable("idempotency_keys")
    .set({ result: JSON.stringify(result) })
    .where("user_id", "=", call.userId)
    .where("mutation", "=", call.mutation)
    .where("key", "=", call.key)
    .execute();
}
