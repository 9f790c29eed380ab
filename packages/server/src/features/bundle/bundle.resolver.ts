import type { Application } from "@odoo-saas/k8s-core";
import { Field, ObjectType, Query, Resolver } from "type-graphql";

@ObjectType({ description: "What an instance has installed from the beginning." })
export class Bundle {
  @Field(() => String) code!: string;
  @Field(() => String) name!: string;
  @Field(() => String) description!: string;
  @Field(() => [String], { description: "Modules that are installed, with what they depend on." })
  modules!: string[];
}

/** Bundles are public, as plans are. */
@Resolver()
export class BundleResolver {
  constructor(private readonly application: Pick<Application, "bundles" | "describeBundle">) {}

  @Query(() => [Bundle], { description: "The bundles that can be chosen; the first one is the default." })
  bundles(): Bundle[] {
    return this.application.bundles.map((code) => {
      const { title: name, description, modules } = this.application.describeBundle(code);
      return { code, name, description, modules };
    });
  }
}
