import type { IsolationProbe, IsolationVerdict } from "../../core/isolation.ts";
import { judgeDatabase } from "./judge-database.ts";
import { judgeKubernetes } from "./judge-kubernetes.ts";
import { judgeNetwork } from "./judge-network.ts";
import type { Observations } from "./observations.ts";

/** Pure: every claim with its verdict, from what was observed. `isAlone`: on a database server of its own. */
export function judge(
  { network, database, kubernetes }: Observations,
  tenant: { slugs: string[]; isAlone: boolean },
): IsolationProbe[] {
  return [
    ...judgeDatabase(database, tenant),
    ...judgeNetwork(network),
    ...judgeKubernetes(kubernetes, { inside: network.inside, at: network.at }),
  ];
}

const worstFirst: IsolationVerdict[] = ["BROKEN", "NOT_ENFORCED", "UNKNOWN", "PROVEN"];

/** A report is as good as its worst claim. */
export function findWorst(probes: IsolationProbe[]): IsolationVerdict {
  return worstFirst.find((verdict) => probes.some((probe) => probe.verdict === verdict)) ?? "UNKNOWN";
}
