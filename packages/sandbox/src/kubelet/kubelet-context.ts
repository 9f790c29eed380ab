import { join } from "node:path";
import type { ApiClient, Log, Pod } from "../client/index.ts";
import type { ImageRunner } from "../images/index.ts";
import type { Guardian } from "../processes/index.ts";
import type { PodAddresses } from "./pod-addresses.ts";
import type { PodEvents } from "./pod-events.ts";
import type { ProcessTable } from "./process-usage.ts";
import type { ServiceNames } from "./service-names.ts";

/** What every pod of one kubelet shares. */
export interface KubeletContext {
  client: ApiClient;
  log: Log;
  nodeName: string;
  hostIP: string;
  dir: string;
  volumesDir: string;
  guardian: Guardian;
  images: ImageRunner[];
  addresses: PodAddresses;
  names: ServiceNames;
  events: PodEvents;
  processes: ProcessTable;
}

export const podDirOf = ({ dir }: KubeletContext, pod: Pod): string =>
  join(dir, "pods", pod.metadata.uid ?? "");

/** The log of one run of a container; `attempt` counts its runs from 0. */
export const logFileOf = (
  context: KubeletContext,
  pod: Pod,
  run: { container: string; attempt: number },
): string => join(podDirOf(context, pod), "logs", run.container, `${run.attempt}.log`);
