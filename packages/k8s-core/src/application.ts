import type { TenantSpec } from "./tenant/tenant.ts";

/** A named TCP port an instance listens on. */
export interface ApplicationPort {
  name: string;
  port: number;
}

/** Where requests under `path` (a prefix) go; `port: null` closes the path at the edge. */
export interface Route {
  path: string;
  port: string | null;
}

/** An HTTP GET that tells whether the instance answers. */
export interface HttpProbe {
  path: string;
  port: string;
}

/** How the application reaches a PostgreSQL database. */
export interface DatabaseAccess {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

/** One container and the files it needs; names no Kubernetes object. */
export interface ContainerDescription {
  image: string;
  command?: string[];
  args: string[];
  env: Record<string, string>;
  /** Numeric: `runAsNonRoot` cannot check a name. */
  userId: number;
  groupId: number;
  /** Absolute path → content, readable by anybody who may read ConfigMaps. Not in a folder of `secretFiles`. */
  configFiles: Record<string, string>;
  /** Absolute path → content, kept in a Secret under the file's base name. */
  secretFiles: Record<string, string>;
  /** Absolute paths that must be writable and may be lost (`emptyDir`). */
  scratchPaths: string[];
}

/** A serving instance of the application for one tenant. */
export interface InstanceDescription extends ContainerDescription {
  ports: ApplicationPort[];
  /** Absolute path of the tenant's persistent volume. */
  dataPath: string;
  routes: Route[];
  probes: { startup: HttpProbe; readiness: HttpProbe; liveness: HttpProbe };
  terminationGraceSeconds: number;
}

/** One parameterised SQL statement (`$1` …). */
export interface SqlStatement {
  text: string;
  values: unknown[];
  /** It has failed when it changes no row. */
  mustChange?: boolean;
}

/** Who administers a new instance and what makes its database its own. */
export interface InstanceIdentity {
  adminEmail: string;
  /** In the application's own form, from `hashPassword`. */
  adminPasswordHash: string;
  baseUrl: string;
  databaseUuid: string;
  databaseSecret: string;
  createdAt: Date;
}

/** What a template database is made for: an application version and a bundle of its modules. */
export interface TemplateSpec {
  version: string;
  bundle: string;
}

/** A bundle in words, for those who choose one. */
export interface BundleDescription {
  title: string;
  description: string;
  /** Names of the modules that are installed. */
  modules: string[];
}

/** All that the platform must know of an application to host it. Implementations are pure: no I/O. */
export interface Application {
  /** Value of `app.kubernetes.io/name`. */
  name: string;
  versions: string[];
  /** Names of the bundles that are offered; the first one is taken where nobody has chosen. */
  bundles: string[];
  /** Throws for a name that is not in `bundles`. */
  describeBundle(bundle: string): BundleDescription;
  /** Extensions that a template holds before the application initialises it. */
  databaseExtensions: string[];
  /** The image that `buildInstance` and `buildTemplateJob` run; a template is rebuilt when it changes. */
  imageOf(version: string): string;
  buildInstance(input: { tenant: TenantSpec; database: DatabaseAccess }): InstanceDescription;
  /** A container that initialises the empty database it is given, then exits 0. */
  buildTemplateJob(input: { template: TemplateSpec; database: DatabaseAccess }): ContainerDescription;
  /** Salted and slow on purpose; does not block the event loop. */
  hashPassword(password: string): Promise<string>;
  /** Run once as the tenant's own role in the tenant's fresh database. */
  identityStatements(identity: InstanceIdentity): SqlStatement[];
  /** Sets the administrator's password, in the form of `hashPassword`; run as the tenant's own role. */
  adminPasswordStatements(passwordHash: string): SqlStatement[];
  /** Makes running instances forget what they cached of the database. */
  cacheSignalStatements(version: string): SqlStatement[];
}
