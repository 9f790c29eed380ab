import { setTimeout as delay } from "node:timers/promises";
import type { Container, Probe } from "../client/index.ts";
import { checkProbe, type ProbeTarget } from "./probe-check.ts";

export type ProbeKind = "Startup" | "Readiness" | "Liveness";

/** Told of what the probes of one running container find. */
export interface ProbeListener {
  onStarted(): void;
  onReady(isReady: boolean): void;
  /** Every failed probe. */
  onFailure(kind: ProbeKind, message: string): void;
  /** The startup or liveness probe has failed too often. */
  onDead(kind: ProbeKind): void;
}

const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  delay(ms, undefined, { signal, ref: false }).catch(() => undefined);

interface Watch {
  kind: ProbeKind;
  probe: Probe;
  target: ProbeTarget;
  listener: ProbeListener;
  signal: AbortSignal;
}

// Counts successes or failures in a row; tells when there are enough of them.
const makeVerdict = ({ successThreshold = 1, failureThreshold = 3 }: Probe) => {
  let streak = 0;
  return (isGood: boolean): boolean => {
    streak = isGood ? Math.max(1, streak + 1) : Math.min(-1, streak - 1);
    return isGood ? streak >= successThreshold : -streak >= failureThreshold;
  };
};

/** Probes until the signal, or until `isEnough` (asked whenever a threshold is reached) is true. */
const probeUntil = async (watch: Watch, isEnough: (isGood: boolean) => boolean): Promise<void> => {
  const { kind, probe, target, listener, signal } = watch;
  const { initialDelaySeconds = 0, periodSeconds = 10 } = probe;
  const isVerdict = makeVerdict(probe);
  if (initialDelaySeconds > 0) await pause(initialDelaySeconds * 1_000, signal);
  while (!signal.aborted) {
    const failure = await checkProbe(probe, target).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (signal.aborted) return;
    const isGood = failure === undefined;
    if (!isGood) listener.onFailure(kind, failure);
    if (isVerdict(isGood) && isEnough(isGood)) return;
    await pause(periodSeconds * 1_000, signal);
  }
};

const endsWhenDead =
  (watch: Watch) =>
  (isGood: boolean): boolean => {
    if (!isGood) watch.listener.onDead(watch.kind);
    return !isGood;
  };

/** Makes a container's startup probe and, once that has succeeded, the readiness and liveness probes. */
export async function probeContainer(
  {
    startupProbe,
    readinessProbe,
    livenessProbe,
  }: Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe">,
  common: { target: ProbeTarget; listener: ProbeListener; signal: AbortSignal },
): Promise<void> {
  const { listener, signal } = common;
  if (startupProbe) {
    let hasStarted = false;
    await probeUntil({ kind: "Startup", probe: startupProbe, ...common }, (isGood) => {
      if (isGood) hasStarted = true;
      else listener.onDead("Startup");
      return true;
    });
    if (!hasStarted) return;
  }
  if (signal.aborted) return;
  listener.onStarted();
  const liveness: Watch | undefined = livenessProbe && { kind: "Liveness", probe: livenessProbe, ...common };
  if (!readinessProbe) listener.onReady(true);
  await Promise.all([
    readinessProbe &&
      probeUntil({ kind: "Readiness", probe: readinessProbe, ...common }, (isGood) => {
        listener.onReady(isGood);
        return false;
      }),
    liveness && probeUntil(liveness, endsWhenDead(liveness)),
  ]);
}
