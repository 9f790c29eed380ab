import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../open-database.ts";

export type Metadata = Record<string, unknown>;
export type MailKind = "signup" | "recovery" | "email_change";

export interface User {
  id: string;
  email: string;
  passwordHash?: string | undefined;
  emailConfirmedAt?: string | undefined;
  confirmationSentAt?: string | undefined;
  recoverySentAt?: string | undefined;
  emailChangeSentAt?: string | undefined;
  newEmail?: string | undefined;
  lastSignInAt?: string | undefined;
  bannedUntil?: string | undefined;
  appMetadata: Metadata;
  userMetadata: Metadata;
  createdAt: string;
  updatedAt: string;
}
export interface Session {
  id: string;
  userId: string;
  aal: "aal1" | "aal2";
  amr: { method: string; timestamp: number }[];
  factorId?: string | undefined;
}
/** `id` is the token itself; `parent` the one it replaced. */
export interface RefreshToken {
  id: string;
  sessionId: string;
  parent?: string | undefined;
  isRevoked: boolean;
}
/** `id` is the hash that stands in the link. */
export interface OneTimeToken {
  id: string;
  userId: string;
  kind: MailKind;
  sentTo: string;
  createdAtMs: number;
}
export interface FlowState {
  id: string;
  userId: string;
  kind: MailKind;
  challenge: string;
  challengeMethod: string;
  authCode?: string | undefined;
  createdAtMs: number;
}
export interface Factor {
  id: string;
  userId: string;
  friendlyName: string;
  status: "unverified" | "verified";
  secret: string;
  createdAt: string;
  updatedAt: string;
}
export interface Challenge {
  id: string;
  factorId: string;
  expiresAtMs: number;
}

export interface Collection<T extends { id: string }> {
  get(id: string): T | undefined;
  find(field: keyof T & string, value: string): T[];
  page(offset: number, limit: number): T[];
  count(): number;
  put(row: T): T;
  remove(field: keyof T & string, value: string): void;
}

function makeCollection<T extends { id: string }>(
  database: DatabaseSync,
  name: string,
  indexes: readonly (keyof T & string)[],
): Collection<T> {
  database.exec(`CREATE TABLE IF NOT EXISTS ${name} (id TEXT PRIMARY KEY, body TEXT NOT NULL)`);
  for (const field of indexes) {
    database.exec(`CREATE INDEX IF NOT EXISTS ${name}_${field} ON ${name} (body ->> '$.${field}')`);
  }
  const read = (row: Record<string, unknown>) => JSON.parse(String(row.body)) as T;
  const insert = database.prepare(
    `INSERT INTO ${name} (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  );
  return {
    get: (id) => database.prepare(`SELECT body FROM ${name} WHERE id = ?`).all(id).map(read)[0],
    find: (field, value) =>
      database
        .prepare(`SELECT body FROM ${name} WHERE body ->> '$.${field}' = ? ORDER BY rowid`)
        .all(value)
        .map(read),
    page: (offset, limit) =>
      database
        .prepare(`SELECT body FROM ${name} ORDER BY rowid DESC LIMIT ? OFFSET ?`)
        .all(limit, offset)
        .map(read),
    count: () => Number(database.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n),
    put: (row) => {
      insert.run(row.id, JSON.stringify(row));
      return row;
    },
    remove: (field, value) => {
      database.prepare(`DELETE FROM ${name} WHERE body ->> '$.${field}' = ?`).run(value);
    },
  };
}

/** Everything Auth remembers, in `<dir>/auth.db`. */
export function openAuthStore(dir: string) {
  const database = openDatabase(join(dir, "auth.db"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  const store = {
    users: makeCollection<User>(database, "users", ["id", "email"]),
    sessions: makeCollection<Session>(database, "sessions", ["id", "userId"]),
    refreshTokens: makeCollection<RefreshToken>(database, "refresh_tokens", ["sessionId"]),
    oneTimeTokens: makeCollection<OneTimeToken>(database, "one_time_tokens", ["id", "userId"]),
    flowStates: makeCollection<FlowState>(database, "flow_states", ["id", "userId", "authCode"]),
    factors: makeCollection<Factor>(database, "factors", ["id", "userId"]),
    challenges: makeCollection<Challenge>(database, "challenges", ["id", "factorId"]),
  };
  return { ...store, close: () => database.close() };
}

export type AuthStore = ReturnType<typeof openAuthStore>;
