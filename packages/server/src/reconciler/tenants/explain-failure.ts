import { K8sError } from "@odoo-saas/k8s-core";
import { AppError } from "../../core/errors.ts";
import { sqlStateOf } from "../../database/pool.ts";

const diskFull = "53100";
const connectionCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENOTFOUND", "ETIMEDOUT"]);

/** Why a run is tried again, for the tenant's owner: no addresses, names or texts of other people's servers. */
export function explainFailure(error: unknown): string {
  return `Trying again: ${findCause(error)}`;
}

function findCause(error: unknown): string {
  if (error instanceof AppError) return error.message;
  if (error instanceof K8sError) {
    return error.code === 0
      ? "the cluster does not answer."
      : `the cluster refused a change (${error.code} ${error.reason}).`;
  }
  const sqlState = sqlStateOf(error);
  if (sqlState === diskFull) return "the database server's disk is full; its administrators must make room.";
  if (sqlState !== undefined) return `a database server refused a change (${sqlState}).`;
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === "string" && connectionCodes.has(code)) return "a database server does not answer.";
  return "something went wrong on our side.";
}
