import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";

// Two copies of graphql (CommonJS and ESM) would be two realms: everybody takes the one the server takes.
const graphql = createRequire(new URL("./packages/server/package.json", import.meta.url)).resolve(
  "graphql/index.js",
);
const alias = [{ find: /^graphql$/, replacement: graphql }];

// These have the machine for themselves: the whole platform runs under them, and they hold it to times.
const wholePlatform = ["packages/server/test/platform/*.int.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.{ts,tsx}"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: "integration",
          include: ["packages/*/test/**/*.int.test.ts"],
          exclude: wholePlatform,
          globalSetup: ["packages/server/test/support/postgres.setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "platform",
          env: { SPARES: "none" }, // where a test is not about them, nothing is made on the side
          include: wholePlatform,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "browser",
          env: { SPARES: "none" }, // where a test is not about them, nothing is made on the side
          include: ["packages/web/e2e/**/*.e2e.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
