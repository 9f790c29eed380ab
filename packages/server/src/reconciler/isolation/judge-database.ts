import type { Access, DatabaseObservation, IsolationProbe } from "../../core/isolation.ts";

type Judgement = Pick<IsolationProbe, "verdict" | "evidence" | "remedy">;
type Texts = Pick<IsolationProbe, "id" | "claim" | "how">;

const unknown = (evidence: string): Judgement => ({ verdict: "UNKNOWN", evidence, remedy: null });
const proven = (evidence: string): Judgement => ({ verdict: "PROVEN", evidence, remedy: null });
const broken = (evidence: string, remedy: string): Judgement => ({ verdict: "BROKEN", evidence, remedy });

const noNeighbour = "There is no other database on this server to try it with.";

/** A refusal counts only if the same door opens for somebody who may enter. */
export function judgeRefusal(
  tried: Access | undefined,
  control: { isOpen: boolean; who: string },
  remedy: string,
): Judgement {
  if (tried === undefined) return unknown(noNeighbour);
  if (tried.outcome === "ALLOWED") return broken("It was let in.", remedy);
  if (tried.outcome === "FAILED") return unknown(`It failed, but not for want of rights (${tried.detail}).`);
  if (!control.isOpen) return unknown(`It was refused, but so was ${control.who}.`);
  return proven(`Refused for want of rights (42501); ${control.who} was let in.`);
}

const isOpen = (access: Access | undefined): boolean => access?.outcome === "ALLOWED";

/** Pure: the claims about the database server. `slugs`: subdomains of the platform, which no catalogue may tell. */
export function judgeDatabase(
  observation: DatabaseObservation,
  { slugs, isAlone }: { slugs: string[]; isAlone: boolean },
): IsolationProbe[] {
  const neighbours = [...judgeNeighbours(observation), judgeListening(observation)];
  const judged: (Texts & Judgement)[] = [
    judgeOwn(observation),
    ...(isAlone ? [judgeAlone(observation)] : neighbours),
    ...judgeMaintenance(observation),
    judgeConnect(observation),
    judgePowers(observation),
    ...judgeCatalogues(observation),
    judgeNames(observation, slugs),
  ];
  return judged.map((probe) => ({ ...probe, group: "DATABASE", at: observation.at }));
}

const revokeByHand = (database: string) =>
  `Revoke CONNECT on ${database} from PUBLIC and from every role but its own; the platform does so by itself at its next look.`;

const judgeOwn = ({ own }: DatabaseObservation): Texts & Judgement => ({
  id: "database.own",
  claim: "The instance's role enters its own database",
  how: "Signed in with the password of the instance's Secret.",
  ...(isOpen(own) ? proven("It was let in.") : unknown(`It was not let in (${own.detail}).`)),
});

/** On a server of its own: there must be nobody to be kept apart from. */
function judgeAlone({ otherDatabases }: DatabaseObservation): Texts & Judgement {
  const texts = {
    id: "database.alone",
    claim: "The instance's database server holds no other customer's database",
    how: "Listed the databases of the server.",
  };
  if (otherDatabases === undefined) return { ...texts, ...unknown("The server did not answer.") };
  return otherDatabases === 0
    ? { ...texts, ...proven("The instance's is the only one.") }
    : { ...texts, ...broken(`There are ${otherDatabases} more.`, "Move them to servers of their own.") };
}

function judgeNeighbours(observation: DatabaseObservation): (Texts & Judgement)[] {
  const { own, toNeighbour, neighbourToOwn, neighbourInOwn } = observation;
  return [
    {
      id: "database.neighbour",
      claim: "The instance's role cannot enter another customer's database",
      how: "Signed in to {neighbourDatabase} with the instance's role.",
      ...judgeRefusal(
        toNeighbour,
        { isOpen: isOpen(neighbourInOwn) && isOpen(own), who: "the neighbour's own role" },
        revokeByHand("{neighbourDatabase}"),
      ),
    },
    {
      id: "database.from-neighbour",
      claim: "Another customer's role cannot enter the instance's database",
      how: "Signed in to the instance's database with the role of {neighbourDatabase}.",
      ...judgeRefusal(
        neighbourToOwn,
        { isOpen: isOpen(own) && isOpen(neighbourInOwn), who: "the instance's own role" },
        revokeByHand("the instance's database"),
      ),
    },
  ];
}

const judgeMaintenance = ({ maintenance, own }: DatabaseObservation): (Texts & Judgement)[] =>
  maintenance.map(({ database, access, isOpenToControl }) => ({
    id: `database.${database}`,
    claim: `The instance's role cannot enter the server's database ${database}`,
    how: `Signed in to ${database} with the instance's role.`,
    ...judgeRefusal(
      access,
      { isOpen: isOpenToControl && isOpen(own), who: "the platform's role" },
      revokeByHand(database),
    ),
  }));

function judgeConnect({ othersWithConnect, own }: DatabaseObservation): Texts & Judgement {
  const texts = {
    id: "database.connect",
    claim: "No other role of the server may connect to the instance's database",
    how: "Asked the server, for every role, whether it has CONNECT.",
  };
  if (othersWithConnect === undefined) return { ...texts, ...unknown("The server did not answer.") };
  if (othersWithConnect.length > 0) {
    const who = othersWithConnect.includes("PUBLIC") ? "every role (PUBLIC)" : "other roles";
    const evidence = `CONNECT is granted to ${who}: ${othersWithConnect.length} grant(s) too many.`;
    return { ...texts, ...broken(evidence, revokeByHand("the instance's database")) };
  }
  return isOpen(own)
    ? { ...texts, ...proven("Only the instance's own role has it, and uses it.") }
    : { ...texts, ...unknown("No role has it, not even the instance's own.") };
}

function judgePowers({ powers }: DatabaseObservation): Texts & Judgement {
  const texts = {
    id: "database.powers",
    claim: "The instance's role has no powers over the server",
    how: "As the instance's role, read its attributes and memberships.",
  };
  if (powers === undefined) return { ...texts, ...unknown("The instance's database did not answer.") };
  if (powers.length === 0) {
    return {
      ...texts,
      ...proven("No superuser, CREATEDB, CREATEROLE, REPLICATION or BYPASSRLS; no member of any role."),
    };
  }
  return {
    ...texts,
    // A role it is a member of may be a neighbour's.
    ...broken(
      `It has: ${powers.join(", ").replace(/t_[0-9a-f]{32}/g, "{neighbourDatabase}")}.`,
      "Take these from the role by ALTER ROLE and REVOKE.",
    ),
  };
}

const judgeCatalogues = ({ catalogues }: DatabaseObservation): (Texts & Judgement)[] =>
  catalogues.map(({ what, access, control }) => ({
    id: `database.${/\((\w+)\)/.exec(what)?.[1] ?? what}`,
    claim: `The instance's role cannot ${what}`,
    how: "As the instance's role, tried it in its own database.",
    ...judgeRefusal(
      access,
      { isOpen: isOpen(control), who: "the platform's role" },
      "Revoke the right from PUBLIC and from the role.",
    ),
  }));

const shortestTelling = 3;

function judgeNames({ otherNames }: DatabaseObservation, slugs: string[]): Texts & Judgement {
  const texts = {
    id: "database.names",
    claim: "The server's catalogues name no customer",
    how: "As the instance's role, listed every database and role, and looked for subdomains in their names.",
  };
  if (otherNames === undefined) return { ...texts, ...unknown("The instance's database did not answer.") };
  const telling = otherNames.filter((name) =>
    slugs.some((slug) => slug.length >= shortestTelling && name.includes(slug)),
  );
  if (telling.length === 0)
    return { ...texts, ...proven("Databases and roles of customers have opaque names.") };
  const evidence = `${telling.length} name(s) of databases or roles contain a customer's subdomain.`;
  return { ...texts, ...broken(evidence, "Rename them; the platform makes no such names.") };
}

function judgeListening({ listening, neighbourInOwn }: DatabaseObservation): Texts & Judgement {
  const texts = {
    id: "database.listen",
    claim: "The instance hears no notification of another customer's database",
    how: "Both listened to one channel in their own databases, and each sent a notification there.",
  };
  if (neighbourInOwn === undefined) return { ...texts, ...unknown(noNeighbour) };
  if (listening === undefined) return { ...texts, ...unknown("The two could not listen.") };
  const { heardNeighbour, heardItself, neighbourHeardItself } = listening;
  if (heardNeighbour) {
    return { ...texts, ...broken("It heard the neighbour's.", "Look whether both use one database.") };
  }
  return heardItself && neighbourHeardItself
    ? { ...texts, ...proven("Each heard its own notification, and not the other's.") }
    : { ...texts, ...unknown("One of them did not hear its own notification.") };
}
