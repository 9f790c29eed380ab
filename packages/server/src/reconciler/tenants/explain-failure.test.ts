import { K8sError } from "@odoo-saas/k8s-core";
import pg from "pg";
import { expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import { explainFailure } from "./explain-failure.ts";

const refused = Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), { code: "ECONNREFUSED" });
const denied = new pg.DatabaseError('permission denied for role "t_1"', 1, "error");
denied.code = "42501";
const full = new pg.DatabaseError("could not extend file: No space left on device", 1, "error");
full.code = "53100";

test.each<[string, unknown]>([
  ["the cluster does not answer.", K8sError.fromNetwork(refused)],
  [
    "the cluster refused a change (403 Forbidden).",
    new K8sError({ code: 403, reason: "Forbidden", message: "secrets is forbidden: User system:…" }),
  ],
  ["a database server refused a change (42501).", denied],
  ["the database server's disk is full; its administrators must make room.", full],
  ["a database server does not answer.", refused],
  ["something went wrong on our side.", new TypeError("undefined is not a function")],
  ["something went wrong on our side.", undefined],
  ["the server has no place.", new AppError("UNAVAILABLE", "the server has no place.")],
])("the owner of a tenant reads: %s", (words, error) => {
  expect(explainFailure(error)).toBe(`Trying again: ${words}`);
});
