import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const mebibyte = 2 ** 20;

/** A small file system of its own in place of a folder, which can be filled and emptied; needs Linux and root. */
export interface SmallDisk {
  /** Leaves this much free. */
  fill(freeMebibytes: number): void;
  empty(): void;
  dispose(): void;
}

/** Undefined where nothing may be mounted. */
export function mountSmallDisk(folder: string, sizeMebibytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMebibytes}m,mode=755`, "none", folder], {
      stdio: "pipe",
    });
  } catch {
    return undefined;
  }
  const ballast = join(folder, "ballast");
  const empty = () => rmSync(ballast, { force: true });
  const fill = (freeMebibytes: number, attemptsLeft = 5) => {
    empty();
    const { bavail, bsize } = statfsSync(folder);
    const size = bavail * bsize - freeMebibytes * mebibyte;
    try {
      execFileSync("fallocate", ["-l", String(size), ballast], { stdio: "pipe" });
    } catch (error) {
      if (attemptsLeft === 0) throw error;
      fill(freeMebibytes, attemptsLeft - 1); // somebody wrote meanwhile
    }
  };
  return {
    fill: (freeMebibytes) => fill(freeMebibytes),
    empty,
    dispose: () => void execFileSync("umount", ["-l", folder]),
  };
}
