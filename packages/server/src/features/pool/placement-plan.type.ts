import { ArgsType, Field, Float, Int, ObjectType } from "type-graphql";
import { DatabaseStrategy } from "../plan/plan.type.ts";

@ArgsType()
export class PlacementPlanArgs {
  @Field(() => String) planCode!: string;
  @Field(() => Int, { description: "1 to 500." }) count!: number;
  @Field(() => String, { nullable: true, description: "Code of a bundle; the first one when absent." })
  bundle?: string | null;
  @Field(() => String, { nullable: true, description: "The first version when absent." })
  odooVersion?: string | null;
}

@ObjectType({ description: "What one pool would take of the instances." })
export class PlannedPlacement {
  @Field(() => String) pool!: string;
  @Field(() => Boolean, { description: "It does not exist yet." }) isNew!: boolean;
  @Field(() => Int) count!: number;
  @Field(() => Int, { description: "Instances in it afterwards." }) tenantCountAfter!: number;
  @Field(() => Int) maxTenants!: number;
  @Field(() => Int) connectionsReservedAfter!: number;
  @Field(() => Int) connectionBudget!: number;
  @Field(() => Float, { description: "Its score when the first of them came." }) score!: number;
  @Field(() => [String], { description: "Why, in words, for the first of them." }) reasons!: string[];
}

@ObjectType()
export class PlannedPool {
  @Field(() => String) name!: string;
  @Field(() => Int, { description: "It would be made after so many of the instances." }) afterCount!: number;
}

@ObjectType({ description: "Where instances would go if they were created now. Nothing is created." })
export class PlacementPlan {
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;
  @Field(() => Int) count!: number;
  @Field(() => [PlannedPlacement]) placements!: PlannedPlacement[];
  @Field(() => [PlannedPool]) newPools!: PlannedPool[];
  @Field(() => Int, { description: "Servers that would be made for one instance each." })
  dedicatedServers!: number;
  @Field(() => Int, { description: "Instances that would fit nowhere." }) unplaced!: number;
}
