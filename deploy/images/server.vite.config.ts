/** Compiles the server and the workspace packages it imports, file by file; npm packages stay outside. */
export default {
  root: "packages/server",
  build: {
    ssr: true,
    target: "node24",
    outDir: "../../build",
    emptyOutDir: true,
    rolldownOptions: {
      // Two programs: the server, and the probe that its isolation reports run in pods of this image.
      input: ["packages/server/src/main.ts", "packages/server/src/probe/main.ts"],
      output: { preserveModules: true, preserveModulesRoot: "packages" },
    },
  },
};
