import type { KubernetesObject, ObjectMeta } from "./kubernetes-client.ts";

/** The fields that the platform reads of what the cluster reports. */
export interface StatusCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number; finishedAt?: string };
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Pod extends KubernetesObject {
  spec?: { nodeName?: string; containers?: { name: string }[] };
  status?: {
    phase?: string;
    podIP?: string;
    startTime?: string;
    reason?: string;
    message?: string;
    conditions?: StatusCondition[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface Deployment extends KubernetesObject {
  spec?: { replicas?: number; template?: { metadata?: { annotations?: Record<string, string> } } };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: StatusCondition[];
  };
}

export interface StatefulSet extends KubernetesObject {
  spec?: { replicas?: number };
  status?: {
    observedGeneration?: number;
    readyReplicas?: number;
    currentRevision?: string;
    updateRevision?: string;
  };
}

export interface Job extends KubernetesObject {
  status?: { active?: number; succeeded?: number; failed?: number; conditions?: StatusCondition[] };
}

export interface Namespace extends KubernetesObject {
  status?: { phase?: string; conditions?: StatusCondition[] };
}

export interface PersistentVolumeClaim extends KubernetesObject {
  spec?: { resources?: { requests?: { storage?: string } } };
  status?: { phase?: string };
}

export interface PersistentVolume extends KubernetesObject {
  spec?: { persistentVolumeReclaimPolicy?: string; claimRef?: { namespace?: string; name?: string } };
  status?: { phase?: string };
}

export interface Secret extends KubernetesObject {
  data?: Record<string, string>;
}

export interface EndpointSlice extends KubernetesObject {
  endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] | null;
  ports?: { name?: string; port?: number }[] | null;
}

/** An object as a builder makes it: nothing in it comes from the server. */
export interface DesiredObject extends KubernetesObject {
  metadata: Pick<ObjectMeta, "name" | "namespace" | "labels" | "annotations" | "resourceVersion">;
}
