export type { KubernetesApi, KubernetesApiOptions } from "./make-kubernetes-api.ts";
export { makeKubernetesApi } from "./make-kubernetes-api.ts";
