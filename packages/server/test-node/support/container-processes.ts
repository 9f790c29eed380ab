import type { Testbed } from "./testbed.ts";

/** A process of an instance's container, as its kernel counts it. */
export interface ContainerProcess {
  command: string;
  virtualBytes: number;
  residentBytes: number;
}

const script = 'for p in /proc/[0-9]*; do echo "$(tr "\\0" " " <$p/cmdline)|$(cat $p/statm)"; done';
const pageBytes = 4_096;

/** The Odoo processes in a namespace's only pod. */
export async function listOdooProcesses(testbed: Testbed, namespace: string): Promise<ContainerProcess[]> {
  const text = await testbed.kubectl("-n", namespace, "exec", "deployment/odoo", "--", "sh", "-c", script);
  return text
    .split("\n")
    .map((line) => line.split("|") as [string, string | undefined])
    .filter(([command, numbers]) => command.includes("odoo") && numbers)
    .map(([command, numbers]) => {
      const [virtual, resident] = numbers!.split(" ").map(Number) as [number, number];
      return { command, virtualBytes: virtual * pageBytes, residentBytes: resident * pageBytes };
    });
}
