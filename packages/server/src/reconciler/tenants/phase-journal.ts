import { type PhaseObserver, TerminalError } from "@odoo-saas/k8s-core";
import { LeaseLostError } from "../../core/lease.ts";
import type { OperationStepName } from "../../database/tables.ts";
import { explainFailure } from "./explain-failure.ts";
import type { Journal } from "./journal.ts";

/** Phases are named after the steps of the timeline. */
export function makePhaseJournal(journal: Journal): PhaseObserver {
  return {
    started: (phase) => journal.record(phase as OperationStepName, "RUNNING"),
    ended(phase, outcome) {
      const step = phase as OperationStepName;
      if (outcome.kind === "wait") journal.record(step, "WAITING", outcome.reason);
      else journal.record(step, "SUCCEEDED");
    },
    failed(phase, error) {
      if (error instanceof LeaseLostError) return; // it is another's to tell
      const isFinal = error instanceof TerminalError;
      const message = isFinal ? error.message : explainFailure(error);
      journal.record(phase as OperationStepName, isFinal ? "FAILED" : "WAITING", message);
    },
  };
}
