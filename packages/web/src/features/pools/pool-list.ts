interface Listed {
  id: string;
  name: string;
}

interface PoolsMessage<T> {
  isSnapshot: boolean;
  changes: readonly { type: "ADDED" | "MODIFIED" | "DELETED"; pool: T }[];
}

/** Folds one message into the list, which stays in the order of the pools' numbers. */
export function reducePools<T extends Listed>(before: readonly T[], message: PoolsMessage<T>): readonly T[] {
  const pools = new Map((message.isSnapshot ? [] : before).map((pool) => [pool.id, pool]));
  for (const { type, pool } of message.changes) {
    if (type === "DELETED") pools.delete(pool.id);
    else pools.set(pool.id, pool);
  }
  return [...pools.values()].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}
