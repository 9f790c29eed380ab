const nodeTypes = [
  "Viewer",
  "Organization",
  "Plan",
  "Tenant",
  "Operation",
  "Pool",
  "IsolationReport",
] as const;

/** Types that have a global id. */
export type NodeType = (typeof nodeTypes)[number];

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Opaque id of an object, unique over all types. */
export const encodeGlobalId = (type: NodeType, uuid: string): string =>
  Buffer.from(`${type}:${uuid}`).toString("base64url");

/** Type and uuid of an id; undefined for anything that `encodeGlobalId` did not make. */
export function decodeGlobalId(id: string): { type: NodeType; uuid: string } | undefined {
  const [type = "", uuid = "", ...rest] = Buffer.from(id, "base64url").toString("utf8").split(":");
  if (rest.length > 0 || !nodeTypes.includes(type as NodeType) || !uuidPattern.test(uuid)) return undefined;
  return encodeGlobalId(type as NodeType, uuid) === id ? { type: type as NodeType, uuid } : undefined;
}

/** The uuid in an id of that type; undefined when the id is malformed or of another type. */
export function decodeIdOf(type: NodeType, id: string): string | undefined {
  const decoded = decodeGlobalId(id);
  return decoded?.type === type ? decoded.uuid : undefined;
}
