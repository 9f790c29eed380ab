import { registerEnumType } from "type-graphql";

/** A GraphQL enum whose values are their own names. */
export function defineEnum<T extends string>(name: string, values: readonly T[]): { [K in T]: K } {
  const members = Object.fromEntries(values.map((value) => [value, value])) as { [K in T]: K };
  registerEnumType(members, { name });
  return members;
}
