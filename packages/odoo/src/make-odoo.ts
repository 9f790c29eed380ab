import type {
  Application,
  BundleDescription,
  ContainerDescription,
  DatabaseAccess,
  InstanceDescription,
  TenantSpec,
} from "@odoo-saas/k8s-core";
import { pickBundles } from "./bundles.ts";
import {
  buildAdminPasswordStatements,
  buildCacheSignalStatements,
  buildIdentityStatements,
} from "./identity.ts";
import { httpPort, odooPaths, odooUser, websocketPort } from "./image.ts";
import { buildOdooConf } from "./odoo-conf.ts";
import { hashPassword } from "./password-hash.ts";
import { startScript } from "./start-script.ts";

export interface OdooOptions {
  /** The image of an Odoo version, as in `(version) => \`odoo:\${version}\``. */
  image(version: string): string;
  versions?: string[]; // ["19"]
  /** By name, the one that is taken by default first. */
  bundles?: Record<string, BundleDescription>; // base
}

// One threaded process that only installs: memory and connections of a small plan are enough.
const templateConf = { workers: 0, memoryLimitBytes: 2 * 2 ** 30, connectionLimit: 16 };

/** Odoo as the platform's application. */
export function makeOdoo({
  image,
  versions = ["19"],
  bundles = pickBundles(["base"]),
}: OdooOptions): Application {
  return {
    name: "odoo",
    versions,
    bundles: Object.keys(bundles),
    describeBundle: (bundle) => getBundle(bundles, bundle),
    databaseExtensions: ["pg_trgm", "unaccent"],
    imageOf: image,
    buildInstance: ({ tenant, database }) => buildInstance(image(tenant.version), tenant, database),
    buildTemplateJob: ({ template, database }) =>
      buildTemplateJob({
        image: image(template.version),
        modules: getBundle(bundles, template.bundle).modules,
        database,
      }),
    hashPassword,
    identityStatements: buildIdentityStatements,
    adminPasswordStatements: buildAdminPasswordStatements,
    cacheSignalStatements: () => buildCacheSignalStatements(),
  };
}

function getBundle(bundles: Record<string, BundleDescription>, name: string): BundleDescription {
  const bundle = Object.hasOwn(bundles, name) ? bundles[name] : undefined;
  if (!bundle) throw new Error(`There is no bundle ${name}`);
  return bundle;
}

function buildContainer(image: string, conf: string): ContainerDescription {
  return {
    image,
    command: ["python3", odooPaths.startScript],
    args: [`--config=${odooPaths.config}`],
    env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
    ...odooUser,
    configFiles: { [odooPaths.startScript]: startScript },
    secretFiles: { [odooPaths.config]: conf },
    scratchPaths: ["/tmp"],
  };
}

function buildInstance(image: string, tenant: TenantSpec, database: DatabaseAccess): InstanceDescription {
  const { workers, memoryLimitBytes, connectionLimit } = tenant.budget;
  const conf = buildOdooConf({ database, workers, memoryLimitBytes, connectionLimit });
  const health = { path: "/web/health", port: httpPort.name };
  const hasWebsocketPort = workers > 0;
  return {
    ...buildContainer(image, conf),
    ports: hasWebsocketPort ? [httpPort, websocketPort] : [httpPort],
    dataPath: odooPaths.data,
    routes: [
      // The database manager answers even with `list_db = False`.
      { path: "/web/database", port: null },
      ...(hasWebsocketPort ? [{ path: "/websocket", port: websocketPort.name }] : []),
      { path: "/", port: httpPort.name },
    ],
    probes: { startup: health, readiness: health, liveness: health },
    terminationGraceSeconds: 30,
  };
}

function buildTemplateJob(input: {
  image: string;
  modules: string[];
  database: DatabaseAccess;
}): ContainerDescription {
  const container = buildContainer(input.image, buildOdooConf({ ...templateConf, database: input.database }));
  return {
    ...container,
    args: [...container.args, "-i", input.modules.join(","), "--stop-after-init", "--no-http"],
    env: { ...container.env, ODOO_SAAS_TEMPLATE: "1" },
    scratchPaths: [...container.scratchPaths, odooPaths.data],
  };
}
