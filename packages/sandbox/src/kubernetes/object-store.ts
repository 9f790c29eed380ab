import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../open-database.ts";
import { type KubeObject, listIn } from "./object.ts";

/** Versions are reserved in blocks, so that a restart goes on above the last one without a write per change. */
const VERSION_BLOCK = 1_000;

export interface Entry {
  object: KubeObject;
  json: string;
}

/** One change of one object; `previous` is absent when it was created. */
export interface Change {
  storage: string;
  version: number;
  isDeleted: boolean;
  object: KubeObject;
  previous?: KubeObject;
  json: string;
  /** Watch lines made from this change, shared by all watchers. */
  lines: Map<string, string>;
}

type Listener = (change: Change) => void;

/** Objects in memory, written through to SQLite; a bounded history of changes per kind for watches. */
export class ObjectStore {
  readonly #database: DatabaseSync;
  readonly #kinds = new Map<string, Map<string, Map<string, Entry>>>();
  readonly #history = new Map<string, Change[]>();
  readonly #compacted = new Map<string, number>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #owners = new Map<string, Set<string>>();
  readonly #uids = new Map<string, string>();
  readonly #historySize: number;
  readonly #put;
  readonly #remove;
  #version: number;
  #reserved: number;
  #oldest: number;

  constructor({ file, historySize }: { file: string; historySize: number }) {
    this.#database = openDatabase(file);
    this.#database.exec(`pragma journal_mode = wal; pragma synchronous = off;
      create table if not exists objects (storage text, namespace text, name text, json text,
        primary key (storage, namespace, name)) without rowid;
      create table if not exists settings (name text primary key, value text) without rowid`);
    this.#historySize = historySize;
    this.#put = this.#database.prepare("insert or replace into objects values (?, ?, ?, ?)");
    this.#remove = this.#database.prepare(
      "delete from objects where storage = ? and namespace = ? and name = ?",
    );
    this.#version = Number(this.readSetting("version") ?? 0);
    this.#reserved = this.#version;
    this.#oldest = this.#version;
    for (const row of this.#database.prepare("select storage, json from objects").iterate()) {
      const json = String(row.json);
      this.#index(String(row.storage), { object: JSON.parse(json), json });
    }
  }

  get version(): number {
    return this.#version;
  }

  readSetting(name: string): string | undefined {
    const row = this.#database.prepare("select value from settings where name = ?").get(name);
    return row && String(row.value);
  }

  /** Name and value of the settings whose names begin so. */
  readSettings(prefix: string): [string, string][] {
    const rows = this.#database
      .prepare("select name, value from settings where substr(name, 1, ?) = ?")
      .all(prefix.length, prefix);
    return rows.map((row) => [String(row.name), String(row.value)]);
  }

  writeSetting(name: string, value: string): void {
    this.#database.prepare("insert or replace into settings values (?, ?)").run(name, value);
  }

  find(storage: string, ref: { namespace?: string | undefined; name: string }): Entry | undefined {
    return this.#kinds
      .get(storage)
      ?.get(ref.namespace ?? "")
      ?.get(ref.name);
  }

  /** All objects of a kind in the order of namespace and name. */
  list(storage: string, namespace?: string): Entry[] {
    const spaces = this.#kinds.get(storage);
    if (!spaces) return [];
    const names = namespace === undefined ? [...spaces.keys()].sort() : [namespace];
    return names.flatMap((space) => {
      const entries = spaces.get(space);
      return entries ? [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry) : [];
    });
  }

  /** The objects of a kind in no order: for sums and searches. */
  scan(storage: string, namespace: string): Iterable<Entry> {
    return this.#kinds.get(storage)?.get(namespace)?.values() ?? [];
  }

  findByUid(uid: string): { storage: string; entry: Entry } | undefined {
    return this.#locate(this.#uids.get(uid));
  }

  dependentsOf(uid: string): { storage: string; entry: Entry }[] {
    return [...(this.#owners.get(uid) ?? [])].flatMap((key) => this.#locate(key) ?? []);
  }

  /** Stores the object under a new resourceVersion, which is set on it. */
  put(storage: string, object: KubeObject): KubeObject {
    object.metadata.resourceVersion = String(this.#nextVersion());
    const json = JSON.stringify(object);
    const previous = this.find(storage, object.metadata)?.object;
    this.#put.run(storage, object.metadata.namespace ?? "", object.metadata.name, json);
    if (previous) this.#unindex(storage, previous);
    this.#index(storage, { object, json });
    this.#record({ storage, object, json, isDeleted: false, ...(previous && { previous }) });
    return object;
  }

  /** Removes the object; the answer is its last state under the resourceVersion of the removal. */
  remove(storage: string, object: KubeObject): KubeObject {
    const resourceVersion = String(this.#nextVersion());
    const last = { ...object, metadata: { ...object.metadata, resourceVersion } };
    this.#remove.run(storage, object.metadata.namespace ?? "", object.metadata.name);
    this.#unindex(storage, object);
    this.#record({ storage, object: last, json: JSON.stringify(last), isDeleted: true, previous: object });
    return last;
  }

  /** Calls back after every change of the kind (`*`: of any). */
  subscribe(storage: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(storage) ?? new Set();
    this.#listeners.set(storage, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Changes of a kind after the version; undefined when the history no longer reaches so far back. */
  changesSince(storage: string, version: number): Change[] | undefined {
    if (version < Math.max(this.#oldest, this.#compacted.get(storage) ?? 0)) return undefined;
    return (this.#history.get(storage) ?? []).filter((change) => change.version > version);
  }

  isCompacted(version: number): boolean {
    return version < this.#oldest;
  }

  /** Forgets the history: every watch from an earlier version is Gone. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history.clear();
  }

  close(): void {
    this.writeSetting("version", String(this.#version));
    this.#database.close();
  }

  #nextVersion(): number {
    this.#version += 1;
    if (this.#version > this.#reserved) {
      this.#reserved = this.#version + VERSION_BLOCK;
      this.writeSetting("version", String(this.#reserved));
    }
    return this.#version;
  }

  #record(change: Omit<Change, "version" | "lines">): void {
    const full: Change = { ...change, version: this.#version, lines: new Map() };
    const history = this.#history.get(change.storage) ?? [];
    this.#history.set(change.storage, history);
    history.push(full);
    // Cut in large pieces: a shift per change would move the whole array.
    if (history.length > this.#historySize * 1.25) {
      const dropped = history.splice(0, history.length - this.#historySize);
      this.#compacted.set(change.storage, dropped.at(-1)!.version);
    }
    for (const key of [change.storage, "*"]) {
      for (const listener of this.#listeners.get(key) ?? []) listener(full);
    }
  }

  #locate(key: string | undefined): { storage: string; entry: Entry } | undefined {
    if (key === undefined) return undefined;
    const [storage, namespace, name] = key.split("/") as [string, string, string];
    const entry = this.find(storage, { namespace, name });
    return entry && { storage, entry };
  }

  #index(storage: string, entry: Entry): void {
    const { namespace = "", name, uid, ownerReferences } = entry.object.metadata;
    const spaces = this.#kinds.get(storage) ?? new Map<string, Map<string, Entry>>();
    this.#kinds.set(storage, spaces);
    const entries = spaces.get(namespace) ?? new Map<string, Entry>();
    spaces.set(namespace, entries);
    entries.set(name, entry);
    const key = `${storage}/${namespace}/${name}`;
    if (uid) this.#uids.set(uid, key);
    for (const owner of listIn(ownerReferences)) {
      const uidOfOwner = String(owner.uid);
      this.#owners.set(uidOfOwner, (this.#owners.get(uidOfOwner) ?? new Set()).add(key));
    }
  }

  #unindex(storage: string, object: KubeObject): void {
    const { namespace = "", name, uid, ownerReferences } = object.metadata;
    const entries = this.#kinds.get(storage)?.get(namespace);
    entries?.delete(name);
    if (entries?.size === 0) this.#kinds.get(storage)?.delete(namespace);
    if (uid) this.#uids.delete(uid);
    for (const owner of listIn(ownerReferences)) {
      const dependents = this.#owners.get(String(owner.uid));
      dependents?.delete(`${storage}/${namespace}/${name}`);
      if (dependents?.size === 0) this.#owners.delete(String(owner.uid));
    }
  }
}
