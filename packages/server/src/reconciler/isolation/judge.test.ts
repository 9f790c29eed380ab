import { describe, expect, test } from "vitest";
import type { Access, DatabaseObservation, IsolationProbe } from "../../core/isolation.ts";
import type { ProbeFindings, ProbeOutcome } from "../../probe/protocol.ts";
import { findWorst, judge } from "./judge.ts";
import { judgeEnforcement } from "./judge-network.ts";
import type {
  CanaryObservation,
  KubernetesObservation,
  NetworkObservation,
  Observations,
} from "./observations.ts";

const at = "2026-01-01T00:00:00.000Z";
const allowed: Access = { outcome: "ALLOWED", detail: "" };
const denied: Access = { outcome: "DENIED", detail: "42501" };
const failed: Access = { outcome: "FAILED", detail: "ECONNREFUSED" };

// Written by hand, after how Calico and Cilium drop what is denied: it runs into the time limit.
const enforcing: CanaryObservation = {
  ...{ at, openToOpen: "ANSWERED", openToClosed: "TIMED_OUT", closedToOpen: "TIMED_OUT" },
  ...{ openToMetadata: "ANSWERED", openToApi: "ANSWERED" },
};
const idle: CanaryObservation = { ...enforcing, openToClosed: "ANSWERED", closedToOpen: "ANSWERED" };

const found = (outcomes: Record<string, ProbeOutcome>, hasToken = false): ProbeFindings => ({
  hasToken,
  results: Object.entries(outcomes).map(([name, outcome]) => ({ name, outcome, detail: "", durationMs: 1 })),
});
const insideNames = ["neighbour", "other-server", "kubernetes-api", "metadata"];
const outsideNames = ["own-instance", "own-server"];
const all = (names: string[], outcome: ProbeOutcome) =>
  Object.fromEntries(names.map((name) => [name, outcome]));
const answering = { isAnswering: true, how: "its node's probe" };

const network: NetworkObservation = {
  at,
  canary: enforcing,
  inside: found({ "own-database": "ANSWERED", ...all(insideNames, "TIMED_OUT") }),
  outside: found(all(outsideNames, "REFUSED")),
  controls: Object.fromEntries(
    ["own-database", ...insideNames, ...outsideNames].map((name) => [name, answering]),
  ),
};
const open: NetworkObservation = {
  ...network,
  canary: idle,
  inside: found({ "own-database": "ANSWERED", ...all(insideNames, "ANSWERED") }),
  outside: found(all(outsideNames, "ANSWERED")),
};
const database: DatabaseObservation = {
  at,
  own: allowed,
  otherDatabases: 1,
  toNeighbour: denied,
  neighbourToOwn: denied,
  neighbourInOwn: allowed,
  maintenance: ["postgres", "template1"].map((name) => ({
    database: name,
    access: denied,
    isOpenToControl: true,
  })),
  othersWithConnect: [],
  powers: [],
  catalogues: [{ what: "read password hashes (pg_authid)", access: denied, control: allowed }],
  otherNames: ["control_reader"],
  listening: { heardNeighbour: false, neighbourHeardItself: true, heardItself: true },
};
const kubernetes: KubernetesObservation = {
  at,
  objects: [
    "Namespace/tenant-1",
    "NetworkPolicy/default-deny",
    "ResourceQuota/tenant",
    "LimitRange/tenant",
  ].map((name) => ({ name, differences: [] })),
  foreignPolicies: [],
  pods: [{ name: "odoo-1", mayHoldToken: false }],
  privileged: { outcome: "REFUSED_BY_POD_SECURITY", detail: "" },
  hardened: { outcome: "ADMITTED", detail: "" },
};
const good: Observations = { network, database, kubernetes };

const judgeAll = (changes: Partial<Observations>) =>
  judge({ ...good, ...changes }, { slugs: ["acme", "bravo"], isAlone: false });
function get(id: string, changes: Partial<Observations>): IsolationProbe {
  const probe = judgeAll(changes).find((one) => one.id === id);
  if (!probe) throw new Error(`no probe ${id}`);
  return probe;
}
const ofDatabase = (id: string, changes: Partial<DatabaseObservation>) =>
  get(id, { database: { ...database, ...changes } });
const ofNetwork = (id: string, changes: Partial<NetworkObservation>) =>
  get(id, { network: { ...network, ...changes } });
const ofKubernetes = (id: string, changes: Partial<KubernetesObservation>) =>
  get(id, { kubernetes: { ...kubernetes, ...changes } });

test("on a cluster that enforces policies every claim is proven, with what was tried and when", () => {
  const probes = judgeAll({});
  expect(probes.filter(({ verdict }) => verdict !== "PROVEN")).toEqual([]);
  expect(findWorst(probes)).toBe("PROVEN");
  expect(new Set(probes.map(({ id }) => id)).size).toBe(probes.length);
  for (const { claim, how, evidence, at: time } of probes) {
    for (const text of [claim, how, evidence]) expect(text.length).toBeGreaterThan(8);
    expect(time).toBe(at);
  }
});

test("a cluster without a policy engine is told what to install, and everything else is still judged", () => {
  const probes = judgeAll({ network: open });
  const verdicts = (group: string) =>
    new Set(
      probes
        .filter((probe) => probe.group === group && probe.id !== "network.own-database")
        .map(({ verdict }) => verdict),
    );
  expect(verdicts("NETWORK")).toEqual(new Set(["NOT_ENFORCED"]));
  expect(verdicts("DATABASE")).toEqual(new Set(["PROVEN"]));
  expect(probes.find(({ id }) => id === "network.enforced")?.remedy).toMatch(/Calico, Cilium or kube-router/);
  expect(findWorst(probes)).toBe("NOT_ENFORCED");
});

describe("enforcement", () => {
  test.each([
    [enforcing, "ENFORCED"],
    [idle, "NOT_ENFORCED"],
    [{ ...enforcing, closedToOpen: "ANSWERED" }, "PARTLY"],
    [{ ...enforcing, openToOpen: "TIMED_OUT" }, "UNKNOWN"],
    [{ fault: "no pods" }, "UNKNOWN"],
  ] as const)("of %j is %s", (canary, expected) => {
    expect(judgeEnforcement(canary)).toBe(expected);
  });
});

describe("on an enforcing cluster", () => {
  test.each(insideNames)("%s that answers from inside is a hole", (name) => {
    const inside = found({
      "own-database": "ANSWERED",
      ...all(insideNames, "TIMED_OUT"),
      [name]: "ANSWERED",
    });
    expect(ofNetwork(`network.${name}`, { inside })).toMatchObject({ verdict: "BROKEN" });
  });
  test.each(outsideNames)("%s that answers a stranger is a hole", (name) => {
    const outside = found({ ...all(outsideNames, "TIMED_OUT"), [name]: "ANSWERED" });
    expect(ofNetwork(`network.${name}`, { outside })).toMatchObject({ verdict: "BROKEN" });
  });
  test("a silence proves nothing when the target is silent to its rightful client as well", () => {
    const controls = { ...network.controls, metadata: { isAnswering: false, how: "a pod under no policy" } };
    expect(ofNetwork("network.metadata", { controls })).toMatchObject({
      verdict: "UNKNOWN",
      evidence: expect.stringContaining("does not answer a pod under no policy either"),
    });
  });
  test("without a neighbour, or with a probe that did not run, nothing is claimed", () => {
    const controls = { ...network.controls, neighbour: undefined };
    const inside = found({ "own-database": "ANSWERED" });
    expect(ofNetwork("network.neighbour", { controls, inside }).verdict).toBe("UNKNOWN");
    const broken = { inside: { fault: "The probe's pod did not run." } };
    for (const name of insideNames) {
      expect(ofNetwork(`network.${name}`, broken)).toMatchObject({
        ...{ verdict: "UNKNOWN", evidence: "The probe's pod did not run." },
      });
    }
  });
  test("policies that keep the instance from its own database are broken, unless nobody reaches it", () => {
    const inside = found(all(["own-database"], "TIMED_OUT"));
    expect(ofNetwork("network.own-database", { inside }).verdict).toBe("BROKEN");
    const controls = { ...network.controls, "own-database": { isAnswering: false, how: "the platform" } };
    expect(ofNetwork("network.own-database", { inside, controls }).verdict).toBe("UNKNOWN");
  });
  test("an open door is broken also when the canary could not tell", () => {
    const inside = found(all(insideNames, "ANSWERED"));
    expect(ofNetwork("network.neighbour", { inside, canary: { fault: "no pods" } }).verdict).toBe("BROKEN");
  });
});

describe("in the database", () => {
  test.each([
    ["database.neighbour", { toNeighbour: allowed }],
    ["database.from-neighbour", { neighbourToOwn: allowed }],
    [
      "database.postgres",
      { maintenance: [{ database: "postgres", access: allowed, isOpenToControl: true }] },
    ],
    ["database.connect", { othersWithConnect: ["PUBLIC"] }],
    ["database.powers", { powers: ["CREATEROLE"] }],
    ["database.pg_authid", { catalogues: [{ what: "read (pg_authid)", access: allowed, control: allowed }] }],
    ["database.names", { otherNames: ["acme_reports"] }],
    [
      "database.listen",
      { listening: { heardNeighbour: true, neighbourHeardItself: true, heardItself: true } },
    ],
  ])("%s is broken by %j, and says what to do", (id, changes) => {
    const probe = ofDatabase(id, changes as Partial<DatabaseObservation>);
    expect(probe.verdict).toBe("BROKEN");
    expect(probe.remedy).not.toBeNull();
  });
  test.each([
    ["database.neighbour", { toNeighbour: failed }],
    ["database.neighbour", { neighbourInOwn: failed }],
    ["database.neighbour", { own: failed }],
    ["database.neighbour", { toNeighbour: undefined }],
    ["database.from-neighbour", { neighbourToOwn: failed }],
    [
      "database.postgres",
      { maintenance: [{ database: "postgres", access: denied, isOpenToControl: false }] },
    ],
    ["database.connect", { othersWithConnect: undefined }],
    ["database.powers", { powers: undefined }],
    ["database.pg_authid", { catalogues: [{ what: "read (pg_authid)", access: denied, control: denied }] }],
    ["database.names", { otherNames: undefined }],
    [
      "database.listen",
      { listening: { heardNeighbour: false, neighbourHeardItself: false, heardItself: true } },
    ],
    ["database.listen", { listening: undefined }],
  ])("%s is unknown with %j: no denial without a control", (id, changes) => {
    expect(ofDatabase(id, changes as Partial<DatabaseObservation>).verdict).toBe("UNKNOWN");
  });
});

test("on a server of its own there must be no other database, and no neighbour is looked for", () => {
  const judgeAlone = (otherDatabases: number | undefined) =>
    judge({ ...good, database: { ...database, otherDatabases } }, { slugs: [], isAlone: true });
  const verdictOf = (otherDatabases: number | undefined) =>
    judgeAlone(otherDatabases).find(({ id }) => id === "database.alone")?.verdict;
  expect([verdictOf(0), verdictOf(1), verdictOf(undefined)]).toEqual(["PROVEN", "BROKEN", "UNKNOWN"]);
  expect(judgeAlone(0).map(({ id }) => id)).not.toContain("database.neighbour");
});

describe("in the namespace", () => {
  const objects = (name: string, differences: string[] | undefined) =>
    kubernetes.objects.map((object) => (object.name.startsWith(name) ? { ...object, differences } : object));
  test.each([
    ["kubernetes.policies", { objects: objects("NetworkPolicy", ["spec.egress.0.to"]) }],
    ["kubernetes.policies", { objects: objects("NetworkPolicy", undefined) }],
    ["kubernetes.policies", { foreignPolicies: ["allow-all"] }],
    ["kubernetes.limits", { objects: objects("ResourceQuota", ["spec.hard.pods"]) }],
    ["kubernetes.pod-security-label", { objects: objects("Namespace", ["metadata.labels"]) }],
    ["kubernetes.pod-security", { privileged: { outcome: "ADMITTED", detail: "" } }],
    ["kubernetes.token", { pods: [{ name: "odoo-1", mayHoldToken: true }] }],
  ])("%s is broken by %j", (id, changes) => {
    expect(ofKubernetes(id, changes as Partial<KubernetesObservation>).verdict).toBe("BROKEN");
  });
  test("a token inside the pod counts, whatever its specification says", () => {
    expect(ofNetwork("kubernetes.token", { inside: found({}, true) }).verdict).toBe("BROKEN");
    expect(ofNetwork("kubernetes.token", { inside: { fault: "It did not run." } }).verdict).toBe("UNKNOWN");
  });
  test("a refusal by something other than Pod Security, or of the hardened pod as well, proves nothing", () => {
    const refused = { outcome: "REFUSED", detail: "403 Forbidden" } as const;
    expect(ofKubernetes("kubernetes.pod-security", { privileged: refused }).verdict).toBe("UNKNOWN");
    expect(ofKubernetes("kubernetes.pod-security", { hardened: refused }).verdict).toBe("UNKNOWN");
  });
  test("an API that does not answer leaves all of it unknown", () => {
    const probes = judgeAll({ kubernetes: { fault: "The Kubernetes API did not answer." } });
    const verdicts = probes.filter(({ group }) => group === "KUBERNETES").map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(["UNKNOWN"]));
  });
});

test("no text of a report holds a neighbour's name: placeholders stand for them", () => {
  for (const { how, evidence, remedy } of judgeAll({}))
    expect(`${how} ${evidence} ${remedy}`).not.toMatch(/acme|bravo|t_[0-9a-f]{32}/);
});
