export * from "./container-log-file.ts";
export * from "./guardian.ts";
export * from "./managed-process.ts";
