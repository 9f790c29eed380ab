export * from "./api-client.ts";
export * from "./api-error.ts";
export * from "./event-recorder.ts";
export * from "./informer.ts";
export type * from "./kube-types.ts";
export * from "./kubeconfig.ts";
export * from "./log.ts";
export type { ChangeListener, ChangeType } from "./object-cache.ts";
export * from "./time.ts";
