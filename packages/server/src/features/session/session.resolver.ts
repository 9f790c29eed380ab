import { Authorized, Ctx, Field, Mutation, ObjectType, Resolver } from "type-graphql";
import { getViewer, type RequestContext } from "../../graphql/request-context.ts";
import type { SessionService } from "./session.service.ts";

@ObjectType()
export class SignOutPayload {
  @Field(() => Boolean)
  signedOut!: boolean;
}

@Resolver()
export class SessionResolver {
  constructor(private readonly sessions: SessionService) {}

  @Authorized()
  @Mutation(() => SignOutPayload, {
    description: "Ends this session here and on every open socket, for good.",
  })
  async signOut(@Ctx() context: RequestContext): Promise<SignOutPayload> {
    await this.sessions.signOut(getViewer(context));
    return { signedOut: true };
  }
}
