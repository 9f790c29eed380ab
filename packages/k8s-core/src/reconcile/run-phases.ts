import { done, type Outcome, type Phase, type PhaseObserver } from "./phase.ts";

/** Runs the phases in order; ends at the first that waits, and throws what a phase throws after telling the observer. */
export async function runPhases<Context>(
  phases: Phase<Context>[],
  context: Context,
  observer: PhaseObserver = {},
): Promise<Outcome> {
  for (const phase of phases) {
    await observer.started?.(phase.name);
    const outcome = await runOne(phase, context, observer);
    await observer.ended?.(phase.name, outcome);
    if (outcome.kind === "wait") return outcome;
  }
  return done;
}

async function runOne<Context>(
  phase: Phase<Context>,
  context: Context,
  observer: PhaseObserver,
): Promise<Outcome> {
  try {
    return await phase.run(context);
  } catch (error) {
    await observer.failed?.(phase.name, error);
    throw error;
  }
}
