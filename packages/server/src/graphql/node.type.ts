import { Field, ID, InterfaceType } from "type-graphql";
import { decodeGlobalId } from "./global-id.ts";

/** Anything with a global id. */
@InterfaceType({ resolveType: (value: { id: string }) => decodeGlobalId(value.id)?.type })
export abstract class Node {
  @Field(() => ID) id!: string;
}
