/** PROVEN: tried, and it held. NOT_ENFORCED: the cluster has no policy engine. UNKNOWN: could not be tried properly. */
export type IsolationVerdict = "PROVEN" | "BROKEN" | "NOT_ENFORCED" | "UNKNOWN";
export type IsolationGroup = "NETWORK" | "DATABASE" | "KUBERNETES";

/** One claim, how it was tried and what came of it. Texts name neighbours by placeholders, as in `{neighbour}`. */
export interface IsolationProbe {
  id: string;
  group: IsolationGroup;
  claim: string;
  how: string;
  verdict: IsolationVerdict;
  evidence: string;
  /** What to do; null where nothing is to be done. */
  remedy: string | null;
  /** ISO 8601. */
  at: string;
}

/** What the placeholders stand for, in the order of `placeholderWords`. */
export type IsolationNames = Partial<Record<Placeholder, string>>;

/** What a customer reads in place of a neighbour's names. */
export const placeholderWords = {
  neighbour: "another customer's instance",
  neighbourDatabase: "another customer's database",
  neighbourAddress: "its address",
  otherServer: "another database server",
  otherServerAddress: "its address",
} as const;
export type Placeholder = keyof typeof placeholderWords;

/** DENIED: refused for want of rights (42501), not for any other reason. */
export interface Access {
  outcome: "ALLOWED" | "DENIED" | "FAILED";
  /** SQLSTATE or a network error's code. */
  detail: string;
}

/** What a tenant's role could do on its server; `undefined` where there was nobody to try it with. */
export interface DatabaseObservation {
  at: string;
  own: Access;
  /** Databases of other tenants on the server; `undefined`: not readable. */
  otherDatabases: number | undefined;
  toNeighbour: Access | undefined;
  neighbourToOwn: Access | undefined;
  /** The positive control of the two: the neighbour in its own database. */
  neighbourInOwn: Access | undefined;
  maintenance: { database: string; access: Access; isOpenToControl: boolean }[];
  /** Roles, other than the tenant's and superusers, that may connect to its database; `undefined`: not readable. */
  othersWithConnect: string[] | undefined;
  /** Attributes and memberships that an ordinary role has not. */
  powers: string[] | undefined;
  catalogues: { what: string; access: Access; control: Access }[];
  /** Names of databases and roles that it can list and that are not known to be opaque. */
  otherNames: string[] | undefined;
  listening: { heardNeighbour: boolean; neighbourHeardItself: boolean; heardItself: boolean } | undefined;
}
