import { type Fields, fieldsIn } from "../object.ts";

/** How a field's bytes are read: a text, a number, base64, a quantity, a map, or a message of further fields. */
type Shape = "text" | "number" | "bytes" | "quantity" | { map: Shape } | { fields: Schema };
type Schema = Record<number, [name: string, shape: Shape, isRepeated?: "repeated"]>;

const message = (fields: Schema): Shape => ({ fields });
const texts: Shape = { map: "text" };

const META = message({
  1: ["name", "text"],
  2: ["generateName", "text"],
  3: ["namespace", "text"],
  11: ["labels", texts],
  12: ["annotations", texts],
});
const CONTAINER: Schema = {
  1: ["name", "text"],
  2: ["image", "text"],
  3: ["command", "text", "repeated"],
  4: ["args", "text", "repeated"],
  6: ["ports", message({ 3: ["containerPort", "number"] }), "repeated"],
};
const TEMPLATE = message({
  1: ["metadata", META],
  2: ["spec", message({ 2: ["containers", message(CONTAINER), "repeated"], 3: ["restartPolicy", "text"] })],
});
const DEPLOYMENT_SPEC: Schema = {
  1: ["replicas", "number"],
  2: ["selector", message({ 1: ["matchLabels", texts] })],
  3: ["template", TEMPLATE],
};
const ANYTHING: Shape = "bytes";

/** The kinds that kubectl's `create` generators, `auth` and `drain` send as protobuf, with the fields they set. */
const KINDS: Record<string, Schema> = {
  Namespace: {},
  ServiceAccount: {},
  ConfigMap: { 2: ["data", texts], 3: ["binaryData", { map: "bytes" }] },
  Secret: { 2: ["data", { map: "bytes" }], 3: ["type", "text"] },
  ResourceQuota: {
    2: ["spec", message({ 1: ["hard", { map: "quantity" }], 2: ["scopes", "text", "repeated"] })],
  },
  Deployment: { 2: ["spec", message(DEPLOYMENT_SPEC)] },
  Job: { 2: ["spec", message({ 6: ["template", TEMPLATE] })] },
  Eviction: { 2: ["deleteOptions", message({ 1: ["gracePeriodSeconds", "number"] })] },
  SelfSubjectReview: {},
  SelfSubjectAccessReview: { 2: ["attributes", ANYTHING] },
  TokenRequest: { 2: ["attributes", ANYTHING] },
};

interface WireField {
  number: number;
  value: Buffer | number;
}

function readVarint(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0;
  for (let index = start, factor = 1; index < bytes.length; index += 1, factor *= 128) {
    value += (bytes[index]! & 127) * factor;
    if (bytes[index]! < 128) return [value, index + 1];
  }
  throw new RangeError("a number ends too early");
}

function readFields(bytes: Buffer): WireField[] {
  const fields: WireField[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = readVarint(bytes, at);
    const [number, type] = [tag >>> 3, tag & 7];
    const [value, next] = readVarint(bytes, afterTag);
    if (type !== 0 && (type !== 2 || next + value > bytes.length)) throw new RangeError("not a message");
    fields.push({ number, value: type === 0 ? value : bytes.subarray(next, next + value) });
    at = type === 0 ? next : next + value;
  }
  return fields;
}

/** Whether nothing is in it: Go writes unset fields as empty texts and empty messages. */
function isEmpty(value: Buffer | number): boolean {
  if (typeof value === "number") return value === 0;
  try {
    return readFields(value).every((field) => isEmpty(field.value));
  } catch {
    return false;
  }
}

const READERS: Record<Extract<Shape, string>, (bytes: Buffer) => unknown> = {
  text: (bytes) => bytes.toString("utf8"),
  bytes: (bytes) => bytes.toString("base64"),
  quantity: (bytes) => readMessage(bytes, { 1: ["text", "text"] }).text,
  number: () => undefined,
};

function readValue(value: Buffer | number, shape: Shape): unknown {
  if (typeof value === "number") return value;
  if (typeof shape === "string") return READERS[shape](value);
  if ("fields" in shape) return readMessage(value, shape.fields);
  const { key, value: inner } = readMessage(value, { 1: ["key", "text"], 2: ["value", shape.map] });
  return { [String(key)]: inner ?? "" };
}

function readMessage(bytes: Buffer, schema: Schema): Fields {
  const result: Fields = {};
  for (const { number, value } of readFields(bytes)) {
    if (isEmpty(value)) continue;
    const field = schema[number];
    if (!field) throw new RangeError(`field ${number} is not known`);
    const [name, shape, isRepeated] = field;
    const read = readValue(value, shape);
    if (isRepeated) result[name] = [...((result[name] ?? []) as unknown[]), read];
    else
      result[name] =
        typeof shape === "object" && "map" in shape ? { ...fieldsIn(result[name]), ...fieldsIn(read) } : read;
  }
  return result;
}

const MAGIC = Buffer.from("k8s\0");
const ENVELOPE: Schema = {
  1: ["type", message({ 1: ["apiVersion", "text"], 2: ["kind", "text"] })],
};

/** The object in a body of `application/vnd.kubernetes.protobuf`; undefined when its kind or a field of it is not known here. */
export function findProtobufObject(body: Buffer): Fields | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined;
  try {
    const fields = readFields(body.subarray(4));
    const { apiVersion, kind } = fieldsIn(
      readMessage(body.subarray(4), { ...ENVELOPE, 2: ["raw", ANYTHING] }).type,
    );
    const raw = fields.find((field) => field.number === 2)?.value;
    const schema = KINDS[String(kind)];
    if (!schema || !Buffer.isBuffer(raw)) return undefined;
    return { apiVersion, kind, metadata: {}, ...readMessage(raw, { 1: ["metadata", META], ...schema }) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
