import { randomBytes } from "node:crypto";
import type { ObjectStore } from "./object-store.ts";

/** Who a request comes from. */
export interface User {
  username: string;
  groups: string[];
}

const PREFIX = "user:";

/** Bearer tokens: one per user name, kept with the objects. */
export class Tokens {
  readonly #store: ObjectStore;
  readonly #users = new Map<string, User>();
  readonly #tokens = new Map<string, string>();

  constructor(store: ObjectStore) {
    this.#store = store;
    for (const [name, value] of store.readSettings(PREFIX)) {
      const { token, groups } = JSON.parse(value) as { token: string; groups: string[] };
      this.#remember(token, { username: name.slice(PREFIX.length), groups });
    }
  }

  /** The user's token, made on first use; groups beyond `system:authenticated` are kept from then. */
  mint(username: string, groups: string[] = []): string {
    const known = this.#tokens.get(username);
    if (known) return known;
    const token = randomBytes(32).toString("base64url");
    const user = { username, groups: [...groups, "system:authenticated"] };
    this.#store.writeSetting(`${PREFIX}${username}`, JSON.stringify({ token, groups: user.groups }));
    this.#remember(token, user);
    return token;
  }

  /** The user behind an `Authorization` header or a bare token. */
  findUser(authorization: string | undefined): User | undefined {
    return this.#users.get((authorization ?? "").replace(/^Bearer\s+/i, ""));
  }

  #remember(token: string, user: User): void {
    this.#users.set(token, user);
    this.#tokens.set(user.username, token);
  }
}
