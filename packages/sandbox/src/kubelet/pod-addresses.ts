import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Pod } from "../client/index.ts";

/** `loopback`: 127.x.y.z (Linux); `lo-device`: added to the device lo (root); `mapped`: 127.0.0.1 with free ports. */
export type Addressing = "loopback" | "lo-device" | "mapped";

export interface PodAddress {
  ip: string;
  /** Container port → local port; empty when they are the same. */
  ports: Record<string, number>;
}

export interface PodAddresses {
  /** The pod's address; the same as last time for a pod of the same name that keeps its identity. */
  allocate(pod: Pod): Promise<PodAddress>;
  release(pod: Pod): Promise<void>;
  /** Takes the addresses off the machine again; what was given to whom stays known. */
  dispose(): Promise<void>;
}

export interface PodAddressOptions {
  addressing: Addressing;
  /** The first two numbers, e.g. `127.11`. */
  prefix: string;
  /** Remembers what has been given out. */
  file: string;
}

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
const keepsIdentity = ({ metadata }: Pod): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind }) => kind === "StatefulSet");
const portsOf = (pod: Pod): number[] => [
  ...new Set(
    pod.spec.containers.flatMap(({ ports }) => (ports ?? []).map(({ containerPort }) => containerPort)),
  ),
];

/** Listens for a moment; the port that was free (or undefined, when it is taken). */
const tryListen = (host: string, port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, host, () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => resolve(found));
    });
  });

const isOnMachine = (ip: string): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === ip));

const readTable = (file: string): Map<string, PodAddress> => {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, PodAddress>));
  } catch {
    return new Map();
  }
};

const loCommand = async (verb: "add" | "del", ip: string): Promise<void> => {
  await promisify(execFile)("ip", ["address", verb, `${ip}/32`, "dev", "lo"]).catch((error: Error) => {
    if (verb === "add" && !/File exists|already assigned/.test(error.message)) throw error;
  });
};

/** Gives the machine an address on its device lo (one that is there already is fine), until `dispose`. */
export const addLoAddress = async (ip: string) => {
  await loCommand("add", ip);
  return { dispose: () => loCommand("del", ip) };
};

export function makePodAddresses({ addressing, prefix, file }: PodAddressOptions): PodAddresses {
  const table = readTable(file);
  const hosts = 250 * 254;
  // Anywhere in the range: several sandboxes on one machine seldom meet.
  let next = Math.floor(Math.random() * hosts);

  const save = (): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(table)));
    renameSync(`${file}.new`, file);
  };
  const isFree = async (ip: string, pod: Pod): Promise<boolean> => {
    if (addressing === "lo-device") return !isOnMachine(ip);
    const found = await Promise.all(portsOf(pod).map((port) => tryListen(ip, port)));
    return found.every((port) => port !== undefined);
  };
  const pickAddress = async (pod: Pod): Promise<PodAddress> => {
    if (addressing === "mapped") {
      const pairs = portsOf(pod).map(
        async (port) => [port, (await tryListen("127.0.0.1", 0)) ?? port] as const,
      );
      return { ip: "127.0.0.1", ports: Object.fromEntries(await Promise.all(pairs)) };
    }
    const taken = new Set([...table.values()].map(({ ip }) => ip));
    for (let tries = 0; tries < hosts; tries++) {
      next = (next + 1) % hosts;
      const ip = `${prefix}.${1 + Math.floor(next / 254)}.${1 + (next % 254)}`;
      if (!taken.has(ip) && (await isFree(ip, pod))) return { ip, ports: {} };
    }
    throw new Error(`No address is left in ${prefix}.0.0/16`);
  };
  const isStillGood = async (address: PodAddress, pod: Pod): Promise<boolean> => {
    if (addressing === "mapped") return portsOf(pod).every((port) => address.ports[port] !== undefined);
    if (!address.ip.startsWith(`${prefix}.`)) return false;
    return addressing === "lo-device" || isFree(address.ip, pod);
  };

  return {
    async allocate(pod) {
      const known = table.get(keyOf(pod));
      const address = known && (await isStillGood(known, pod)) ? known : await pickAddress(pod);
      table.set(keyOf(pod), address);
      save();
      if (addressing === "lo-device") await loCommand("add", address.ip);
      return address;
    },
    async release(pod) {
      const address = table.get(keyOf(pod));
      if (!address) return;
      if (addressing === "lo-device") await loCommand("del", address.ip);
      if (keepsIdentity(pod)) return;
      table.delete(keyOf(pod));
      save();
    },
    async dispose() {
      if (addressing !== "lo-device") return;
      for (const { ip } of table.values()) await loCommand("del", ip);
    },
  };
}
