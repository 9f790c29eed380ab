import { createHash } from "node:crypto";
import type { Application, ContainerDescription } from "@odoo-saas/k8s-core";

const port = { name: "web", port: 5678 };
const userId = 65_532;

const container = (more: Pick<ContainerDescription, "image" | "args">): ContainerDescription => ({
  env: {},
  userId,
  groupId: userId,
  configFiles: {},
  secretFiles: {},
  scratchPaths: ["/tmp"],
  ...more,
});

/** An application that has nothing in common with the one the platform was made for: it answers with a text. */
export const secondApplication: Application = {
  name: "noticeboard",
  versions: ["1"],
  bundles: ["plain"],
  describeBundle: (bundle) => ({ title: "Plain", description: "Nothing but a notice.", modules: [bundle] }),
  databaseExtensions: [],
  imageOf: () => "hashicorp/http-echo:1.0",
  buildInstance: ({ tenant, database }) => ({
    ...container({
      image: "hashicorp/http-echo:1.0",
      args: [`-listen=:${port.port}`, `-text=notice of ${tenant.slug}, kept in ${database.database}`],
    }),
    secretFiles: { "/etc/noticeboard/database": JSON.stringify(database) },
    ports: [port],
    dataPath: "/data",
    routes: [
      { path: "/closed", port: null },
      { path: "/", port: port.name },
    ],
    probes: {
      startup: { path: "/", port: port.name },
      readiness: { path: "/", port: port.name },
      liveness: { path: "/", port: port.name },
    },
    terminationGraceSeconds: 5,
  }),
  buildTemplateJob: ({ database }) => ({
    ...container({ image: "busybox:1", args: ["-c", "true"] }),
    command: ["sh"],
    secretFiles: { "/etc/noticeboard/database": JSON.stringify(database) },
  }),
  hashPassword: async (password) => createHash("sha256").update(`salt${password}`).digest("hex"),
  identityStatements: ({ adminEmail, adminPasswordHash }) => [
    { text: "create table keepers (login text, secret text)", values: [] },
    { text: "insert into keepers values ($1, $2)", values: [adminEmail, adminPasswordHash] },
  ],
  adminPasswordStatements: (passwordHash) => [
    { text: "update keepers set secret = $1", values: [passwordHash], mustChange: true },
  ],
  cacheSignalStatements: () => [],
};
