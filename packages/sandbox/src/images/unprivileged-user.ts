import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** How to run a program as somebody who is not root. */
export interface UnprivilegedUser {
  uid: number;
  gid: number;
  /** Puts what gives root's rights away in front of a command line. */
  wrap(command: string, args: string[]): { command: string; args: string[]; uid?: number; gid?: number };
}

const findUser = (passwd: string, name: string): { uid: number; gid: number } | undefined => {
  const fields = passwd
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    ?.split(":");
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
};

const hasSetpriv = (): boolean => {
  try {
    execFileSync("setpriv", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

// Bits of linux/capability.h. Reading (or passing by) folders of root's, such as a checkout under /root, needs one.
const pickCapability = (): string | undefined => {
  const effective = BigInt(
    `0x${/^CapEff:\s*(\w+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0"}`,
  );
  if (effective & 4n) return "+dac_read_search";
  return effective & 2n ? "+dac_override" : undefined;
};

/** Chooses a user for programs that refuse to run as root; undefined when nobody's root here. */
export function findUnprivilegedUser(): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = readFileSync("/etc/passwd", "utf8");
  const user = findUser(passwd, "postgres") ?? findUser(passwd, "nobody");
  if (!user) throw new Error("PostgreSQL does not run as root, and there is no user postgres or nobody");
  const { uid, gid } = user;
  const capability = process.platform === "linux" && hasSetpriv() ? pickCapability() : undefined;
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  return {
    uid,
    gid,
    wrap: (command, args) =>
      capability
        ? {
            command: "setpriv",
            args: [
              ...drop,
              `--inh-caps=${capability}`,
              `--ambient-caps=${capability}`,
              "--",
              command,
              ...args,
            ],
          }
        : { command, args, uid, gid },
  };
}
