import { Field, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "Warm spares of one kind: ready instances that a creation takes at once." })
export class SpareStock {
  @Field(() => String) planCode!: string;
  @Field(() => String) odooVersion!: string;
  @Field(() => String) bundle!: string;
  @Field(() => Int, { description: "As many are to be ready, by configuration." }) wanted!: number;
  @Field(() => Int, { description: "A creation can take one now." }) ready!: number;

  @Field(() => Int, { description: "Being made, restarted, or waiting for room on a node." })
  preparing!: number;

  @Field(() => Int, { description: "No longer wanted, or outdated." }) removing!: number;

  @Field(() => String, {
    description: "What one that is not ready waits for, in words; empty when there is nothing to say.",
  })
  message!: string;
}
