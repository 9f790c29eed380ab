import { fieldsIn, isFields, textIn, valueAt } from "../object.ts";
import type { Tokens } from "../tokens.ts";
import { type Exchange, readJson, sendJson } from "./exchange.ts";

const PATH =
  /^\/apis\/(authentication|authorization)\.k8s\.io\/v1\/(tokenreviews|selfsubjectreviews|selfsubjectaccessreviews|subjectaccessreviews)$/;

/** Who is asked about in a TokenReview or asks in a SelfSubjectReview; access is allowed to every known user. */
function statusOf(review: string, body: unknown, context: { exchange: Exchange; tokens: Tokens }): unknown {
  if (review === "selfsubjectreviews") return { userInfo: context.exchange.user };
  if (review !== "tokenreviews") return { allowed: true, reason: "every authenticated user is allowed" };
  const user = context.tokens.findUser(textIn(valueAt(body, "spec.token")));
  return user ? { authenticated: true, user } : { authenticated: false };
}

/** Answers token and access reviews; false when the request is none. */
export async function serveReview(exchange: Exchange, tokens: Tokens): Promise<boolean> {
  const found = PATH.exec(exchange.path);
  if (!found || exchange.method !== "POST") return false;
  const body = await readJson(exchange.request);
  const review = isFields(body) ? body : {};
  const answer = {
    ...review,
    metadata: fieldsIn(review.metadata),
    status: statusOf(found[2]!, review, { exchange, tokens }),
  };
  sendJson(exchange.response, 201, answer);
  return true;
}
