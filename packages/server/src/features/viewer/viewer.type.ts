import { Field, ObjectType } from "type-graphql";
import { defineEnum } from "../../graphql/define-enum.ts";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import { Node } from "../../graphql/node.type.ts";

export const PlatformRole = defineEnum("PlatformRole", ["USER", "ADMIN"]);

@ObjectType({ implements: Node })
export class Organization extends Node {
  @Field(() => String) name!: string;
}

@ObjectType({ implements: Node, description: "Who asks." })
export class Viewer extends Node {
  @Field(() => String) email!: string;
  @Field(() => PlatformRole) platformRole!: keyof typeof PlatformRole;
}

/** The API's view of an organization's row. */
export const toOrganization = (row: { id: string; name: string }): Organization => ({
  id: encodeGlobalId("Organization", row.id),
  name: row.name,
});
