import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A SQLite file that only its owner may read: there are secrets in each. Its journal takes over the mode. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  if (file !== ":memory:") chmodSync(file, 0o600);
  return database;
}
