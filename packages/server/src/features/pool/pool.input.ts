import { Field, ID, InputType } from "type-graphql";

@InputType()
export class AddPoolInput {
  @Field(() => String, { nullable: true }) idempotencyKey?: string | null;
}

@InputType()
export class PoolInput {
  @Field(() => ID) poolId!: string;
}

@InputType()
export class RemovePoolInput {
  @Field(() => ID) poolId!: string;
  @Field(() => String, { description: "The pool's name, typed again." }) confirmation!: string;
}
