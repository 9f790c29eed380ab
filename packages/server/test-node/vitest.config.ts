import { defineConfig } from "vitest/config";

/** Needs the test bed's real node: see deploy/testbed/test-node.sh. */
export default defineConfig({
  test: {
    name: "node",
    root: import.meta.dirname,
    include: ["*.int.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
