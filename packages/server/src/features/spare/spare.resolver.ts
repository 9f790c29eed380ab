import type { Application } from "@odoo-saas/k8s-core";
import { Authorized, Ctx, Query, Resolver } from "type-graphql";
import { resolveSpareTargets, type SpareTarget, spareKindKey } from "../../core/spares.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { countSpares, type SpareCount } from "./spare.repository.ts";
import { SpareStock } from "./spare.type.ts";

export interface SpareResolverDeps {
  spares: SpareTarget[];
  application: Pick<Application, "versions" | "bundles" | "imageOf">;
}

/** The stock of warm spares, for platform administrators. */
@Resolver()
export class SpareResolver {
  constructor(private readonly deps: SpareResolverDeps) {}

  @Authorized("admin")
  @Query(() => [SpareStock], { description: "Every kind of warm spare that is wanted or still there." })
  async spares(@Ctx() context: RequestContext): Promise<SpareStock[]> {
    const { spares, application } = this.deps;
    const images = application.versions.map((version) => ({ version, image: application.imageOf(version) }));
    const counts = await context.inViewerScope((transaction) => countSpares(transaction, images));
    const countOf = new Map(counts.map((count) => [spareKindKey(count), count]));
    const wanted = resolveSpareTargets(spares, application).filter(
      (target) => target.count > 0 || countOf.has(spareKindKey(target)),
    );
    const wantedKeys = new Set(wanted.map(spareKindKey));
    const leftovers = counts.filter((count) => !wantedKeys.has(spareKindKey(count)));
    return [
      ...wanted.map((target) =>
        toStock(countOf.get(spareKindKey(target)) ?? { ...none, ...target }, target.count),
      ),
      ...leftovers.map((count) => toStock(count, 0)),
    ];
  }
}

const none = { ready: 0, preparing: 0, removing: 0, message: "" };

const toStock = ({ version, ...count }: SpareCount, wanted: number): SpareStock => ({
  planCode: count.planCode,
  odooVersion: version,
  bundle: count.bundle,
  wanted,
  ready: count.ready,
  preparing: count.preparing,
  removing: count.removing,
  message: count.message,
});
