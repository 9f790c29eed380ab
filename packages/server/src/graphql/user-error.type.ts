import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "Something the caller can mend." })
export class UserError {
  @Field(() => String, {
    description:
      "TAKEN, RESERVED, INVALID, TOO_SHORT, PLAN_NOT_AVAILABLE, VERSION_NOT_AVAILABLE, BUNDLE_NOT_AVAILABLE, " +
      "NOT_FOUND, FORBIDDEN, CONFIRMATION_MISMATCH, NOT_AVAILABLE, NOT_CANCELLABLE, UNCHANGED, STRATEGY_CHANGE, NO_ROOM, " +
      "RATE_LIMITED, NOT_READY, IDEMPOTENCY_KEY_REUSED …",
  })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: "Path of the input field, as in `slug`; null when it concerns the whole input.",
  })
  field!: string | null;

  @Field(() => String) message!: string;
}
