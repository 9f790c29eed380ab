import { Query, Resolver } from "type-graphql";
import type { Database } from "../../core/ports.ts";
import { Plan, toPlan } from "./plan.type.ts";

/** Plans are public: the landing page shows them. */
@Resolver()
export class PlanResolver {
  constructor(private readonly database: Database) {}

  @Query(() => [Plan])
  async plans(): Promise<Plan[]> {
    const rows = await this.database.selectFrom("plans").selectAll().orderBy("position").execute();
    return rows.map(toPlan);
  }

  /** For `node(id:)`. */
  async find(uuid: string): Promise<Plan | null> {
    const row = await this.database.selectFrom("plans").selectAll().where("id", "=", uuid).executeTakeFirst();
    return row === undefined ? null : toPlan(row);
  }
}
