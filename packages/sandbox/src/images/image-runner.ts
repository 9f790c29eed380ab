/** What the kubelet knows of a container when it starts it; names of Services are addresses already. */
export interface ContainerToRun {
  image: string;
  /** Replaces the image's entry point, as in a pod's spec. */
  command: string[];
  args: string[];
  env: Record<string, string>;
  /** The folder that stands for the container's `/`; its mounts are links or copies in there. */
  root: string;
  /** A folder of this container alone, outside of what it sees. */
  workDir: string;
  /** The pod's address. */
  address: string;
  /** The local port that stands for a container's port. */
  listenPort(containerPort: number): number;
  memoryLimitBytes?: number;
}

/** A local process that behaves as the container would. */
export interface RunPlan {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
  stopSignal?: NodeJS.Signals;
}

/** Knows how to run one image as a local process. */
export interface ImageRunner {
  matches(image: ImageName): boolean;
  /** Prepares folders and data; throws ContainerFailure when the real container would exit. */
  prepare(container: ContainerToRun): Promise<RunPlan>;
}

export interface ImageName {
  /** Without registry and tag: `library/postgres`. */
  path: string;
  /** The last part of the path: `postgres`. */
  name: string;
  tag: string;
}

/** The container ended before it was up; `message` is its last output. */
export class ContainerFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "ContainerFailure";
    this.exitCode = exitCode;
  }
}

/** Takes an image reference apart, as container runtimes do. */
export const parseImageName = (image: string): ImageName => {
  const withoutDigest = image.split("@")[0] ?? "";
  const parts = withoutDigest.split("/");
  const last = parts.pop() ?? "";
  const [name = "", tag = "latest"] = last.split(":");
  const isRegistry = /[.:]|^localhost$/.test(parts[0] ?? "");
  return { path: [...parts.slice(isRegistry ? 1 : 0), name].join("/"), name, tag };
};
