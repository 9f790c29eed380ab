import type { ApiClient } from "../client/api-client.ts";
import type { Log } from "../client/log.ts";
import { type Cluster, makeCluster } from "./cluster.ts";
import { makeDeploymentController } from "./deployment/deployment-controller.ts";
import { makeEndpointSliceController } from "./endpoint-slice-controller.ts";
import { makeJobController } from "./job/job-controller.ts";
import { makeNodeLifecycleController } from "./node-lifecycle-controller.ts";
import { makeReplicaSetController } from "./replica-set-controller.ts";
import { makeScheduler } from "./scheduler/scheduler.ts";
import { makeStatefulSetController } from "./stateful-set/stateful-set-controller.ts";
import { makeVolumeBinder } from "./volume-binder.ts";
import { makeVolumeProvisioner } from "./volume-provisioner.ts";
import type { WorkQueue } from "./work-queue.ts";

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

const all = [
  makeDeploymentController,
  makeReplicaSetController,
  makeStatefulSetController,
  makeJobController,
  makeVolumeProvisioner,
  makeVolumeBinder,
  makeEndpointSliceController,
  makeNodeLifecycleController,
  makeScheduler,
];

function run(
  { client, log, clock = Date.now }: ControllersOptions,
  controllers: ((cluster: Cluster) => WorkQueue)[],
): Controllers {
  const cluster = makeCluster({ client, log, nowMs: clock });
  const queues = controllers.map((make) => make(cluster));
  return {
    ready: cluster.sync().then(() => undefined),
    dispose() {
      for (const queue of queues) queue.dispose();
      cluster.dispose();
    },
  };
}

/** Starts the controllers and the scheduler on one API server; they work until `dispose`. */
export const makeControllers = (options: ControllersOptions): Controllers => run(options, all);

/** Starts what a cluster with controllers of its own lacks: the maker of the sandbox's volumes. */
export const makeNodeControllers = (options: ControllersOptions): Controllers =>
  run(options, [makeVolumeProvisioner]);
