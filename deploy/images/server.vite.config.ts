/** Compiles the server and the workspace packages it imports, file by file; npm packages stay outside. */
export default {
  root: "packages/server",
  build: {
    ssr: "src/main.ts",
    target: "node24",
    outDir: "../../build",
    emptyOutDir: true,
    rolldownOptions: { output: { preserveModules: true, preserveModulesRoot: "packages" } },
  },
};
