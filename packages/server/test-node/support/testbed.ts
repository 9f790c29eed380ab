import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The address of the test bed's node: pods reach what listens there on this machine. */
export const nodeAddress = "10.77.0.1";

/** The real cluster of `deploy/testbed/node.sh`, driven by its own tools. */
export interface Testbed {
  kubectl(...args: string[]): Promise<string>;
  helm(...args: string[]): Promise<string>;
  /** Writes a kubeconfig with a token, for clients that know no certificates. */
  writeTokenKubeconfig(dir: string): Promise<{ path: string; server: string; caPem: string; token: string }>;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is missing: run these tests by deploy/testbed/test-node.sh`);
  return value;
}

/** Where the test bed keeps logs and process ids. */
export const testbedState = (): string => required("TESTBED_STATE");

const administrator = "test-administrator";

/** The cluster that KUBECONFIG names. */
export function makeTestbed(): Testbed {
  const kubeconfig = required("KUBECONFIG");
  const call = async (program: string, args: string[]) => {
    const { stdout } = await run(program, ["--kubeconfig", kubeconfig, ...args], { maxBuffer: 2 ** 26 });
    return stdout;
  };
  const kubectl = (...args: string[]) => call("kubectl", args);
  const helm = (...args: string[]) => call(required("HELM"), args);
  return {
    kubectl,
    helm,
    async writeTokenKubeconfig(dir) {
      const account = ["serviceaccount", administrator, "-n", "kube-system"];
      await kubectl("create", ...account).catch(() => kubectl("get", ...account));
      const binding = ["clusterrolebinding", administrator];
      await kubectl(
        "create",
        ...binding,
        "--clusterrole=cluster-admin",
        `--serviceaccount=kube-system:${administrator}`,
      ).catch(() => kubectl("get", ...binding));
      const token = (await kubectl("create", "token", administrator, "-n", "kube-system")).trim();
      const view = JSON.parse(await kubectl("config", "view", "--raw", "-o", "json")) as {
        clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
        users: unknown[];
      };
      view.users = [{ name: "testbed", user: { token } }];
      const path = join(dir, "kubeconfig.json");
      await writeFile(path, JSON.stringify(view), { mode: 0o600 });
      const { server, "certificate-authority-data": ca } = view.clusters[0]!.cluster;
      return { path, server, caPem: Buffer.from(ca, "base64").toString(), token };
    },
  };
}
