export * from "./kubelet.ts";
export type { NodeCapacity } from "./node-registration.ts";
export type { Addressing } from "./pod-addresses.ts";
export { makeProcessTable, type ProcessTable } from "./process-usage.ts";
export { makeServingCertificate, type ServingCertificate } from "./serving-certificate.ts";
