export type * from "./kube-cluster.ts";
export type * from "./kube-meta.ts";
export type * from "./kube-network.ts";
export type * from "./kube-pod.ts";
export type * from "./kube-workloads.ts";
