import type { ApiClient } from "../client/api-client.ts";
import type { Log } from "../client/log.ts";
import { makeCluster } from "./cluster.ts";
import { makeDeploymentController } from "./deployment/deployment-controller.ts";
import { makeEndpointSliceController } from "./endpoint-slice-controller.ts";
import { makeJobController } from "./job/job-controller.ts";
import { makeNodeLifecycleController } from "./node-lifecycle-controller.ts";
import { makeReplicaSetController } from "./replica-set-controller.ts";
import { makeScheduler } from "./scheduler/scheduler.ts";
import { makeStatefulSetController } from "./stateful-set/stateful-set-controller.ts";
import { makeVolumeController } from "./volume-controller.ts";

export interface ControllersOptions {
  client: ApiClient;
  log: Log;
  /** The time in milliseconds; default: the system's clock. */
  clock?: () => number;
}

export interface Controllers {
  /** Resolves when every cache has its first list and the controllers are at work. */
  ready: Promise<void>;
  dispose(): void;
}

/** Starts the controllers and the scheduler on one API server; they work until `dispose`. */
export function makeControllers({ client, log, clock = Date.now }: ControllersOptions): Controllers {
  const cluster = makeCluster({ client, log, nowMs: clock });
  const queues = [
    makeDeploymentController(cluster),
    makeReplicaSetController(cluster),
    makeStatefulSetController(cluster),
    makeJobController(cluster),
    makeVolumeController(cluster),
    makeEndpointSliceController(cluster),
    makeNodeLifecycleController(cluster),
    makeScheduler(cluster),
  ];
  return {
    ready: cluster.synced.then(() => undefined),
    dispose() {
      for (const queue of queues) queue.dispose();
      cluster.dispose();
    },
  };
}
