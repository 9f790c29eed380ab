import { Router } from "express";
import { messageOf } from "../core/errors.ts";
import type { Metrics } from "./metrics.ts";

/** Resolves when ready; throws with the reason otherwise. */
export type ReadinessChecks = Record<string, () => Promise<void> | void>;

/** `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics` for Prometheus. */
export function makeHealth(checks: ReadinessChecks, { registry }: Metrics): Router {
  const router = Router();
  router.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  router.get("/readyz", async (_request, response) => {
    const results = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)));
    const isReady = results.every(([, result]) => result === "ok");
    response
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? "ok" : "unready", ...Object.fromEntries(results) });
  });
  router.get("/metrics", async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

async function runCheck(name: string, check: ReadinessChecks[string]): Promise<[string, string]> {
  try {
    await check();
    return [name, "ok"];
  } catch (error) {
    return [name, messageOf(error)];
  }
}
