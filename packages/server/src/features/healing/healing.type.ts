import { GraphQLDateTime } from "graphql-scalars";
import { Field, ID, ObjectType } from "type-graphql";
import { defineEnum } from "../../graphql/define-enum.ts";

export const OrphanKind = defineEnum("OrphanKind", ["DATABASE", "ROLE", "VOLUME", "NAMESPACE"]);

@ObjectType({ description: "Something that carries a tenant's or a pool's name and belongs to nobody." })
export class Orphan {
  @Field(() => OrphanKind) kind!: keyof typeof OrphanKind;
  @Field(() => String, { description: "The database server it is on, or `cluster`." }) place!: string;
  @Field(() => String) name!: string;
  @Field(() => String, { description: "Why it belongs to nobody, and what to do." }) reason!: string;
  @Field(() => GraphQLDateTime) since!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: "Null: never by itself." })
  removedAfter!: Date | null;
}

@ObjectType({ description: "Something on a database server that somebody changed by hand." })
export class Drift {
  @Field(() => ID) id!: string;
  @Field(() => String) code!: string;
  @Field(() => String, { description: "What was found, and what to do where it is not put right by itself." })
  message!: string;
  @Field(() => String) server!: string;
  @Field(() => String, { description: "Database, line or file; empty when it is the tenant's." })
  subject!: string;
  @Field(() => ID, { nullable: true }) tenantId!: string | null;
  @Field(() => String, { nullable: true, description: "Null for a spare and for the server itself." })
  tenantSlug!: string | null;
  @Field(() => GraphQLDateTime) foundAt!: Date;
  @Field(() => GraphQLDateTime, { nullable: true, description: "Null while it is so." })
  endedAt!: Date | null;
}
