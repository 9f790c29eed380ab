import { AppError } from "../../core/errors.ts";
import type { ClusterView } from "../../core/ports.ts";
import type { TenantUrls } from "../../core/tenant-urls.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import { getViewer, type RequestContext } from "../../graphql/request-context.ts";
import { answerMutation } from "./answer-mutation.ts";
import { createTenant, type MutationResult, type TenantMutationDeps } from "./create-tenant.ts";
import { deleteTenant } from "./delete-tenant.ts";
import { findSlugTaken } from "./slug-taken.ts";
import type { CreateTenantInput, DeleteTenantInput, TenantFilter, TenantListArgs } from "./tenant.input.ts";
import { toTenant } from "./tenant.presenter.ts";
import { countTenants, findTenant, findTenants, type TenantQueryFilter } from "./tenant.repository.ts";
import type {
  CreateTenantPayload,
  PodList,
  SlugAvailability,
  Tenant,
  TenantConnection,
} from "./tenant.type.ts";
import { decodeCursor, encodeCursor } from "./tenant-cursor.ts";
import { findSlugFault } from "./tenant-rules.ts";

export interface TenantServiceDeps extends TenantMutationDeps {
  urls: TenantUrls;
  cluster: ClusterView;
}

const maxPageSize = 100;

/** What the API does with tenants. */
export class TenantService {
  constructor(private readonly deps: TenantServiceDeps) {}

  async find(context: RequestContext, uuid: string | undefined): Promise<Tenant | null> {
    if (uuid === undefined) return null;
    const row = await context.inViewerScope((transaction) => findTenant(transaction, uuid));
    return row === undefined ? null : toTenant(row, this.deps.urls);
  }

  async list(context: RequestContext, args: TenantListArgs): Promise<TenantConnection> {
    const { first, after } = args;
    if (first < 1 || first > maxPageSize) {
      throw new AppError("BAD_USER_INPUT", `\`first\` is a number from 1 to ${maxPageSize}.`);
    }
    const orderBy = args.orderBy ?? { field: "CREATED_AT", direction: "DESC" };
    const position = after ? decodeCursor(orderBy.field, after) : undefined;
    const filter = toQueryFilter(args.filter);
    const rows = await context.inViewerScope((transaction) =>
      findTenants(transaction, { filter, orderBy, limit: first + 1, ...(position && { after: position }) }),
    );
    const edges = rows.slice(0, first).map((row) => ({
      cursor: encodeCursor(orderBy.field, { value: row.position, id: row.id }),
      node: toTenant(row, this.deps.urls),
    }));
    const pageInfo = {
      hasNextPage: rows.length > first,
      hasPreviousPage: position !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    };
    return Object.assign({ edges, pageInfo }, { filter });
  }

  count(context: RequestContext, filter: TenantQueryFilter): Promise<number> {
    return context.inViewerScope((transaction) => countTenants(transaction, filter));
  }

  findPods(tenantId: string): PodList {
    return this.deps.cluster.podsOfTenant(tenantId);
  }

  async checkSlug(context: RequestContext, slug: string): Promise<SlugAvailability> {
    const fault = findSlugFault(slug);
    const taken = fault
      ? undefined
      : await context.inViewerScope((transaction) => findSlugTaken(transaction, slug));
    const problem = fault?.code ?? (taken ? "TAKEN" : null);
    return {
      slug,
      isAvailable: problem === null,
      problem,
      message: fault?.message ?? taken?.message ?? "",
      hostname: this.deps.urls.hostnameOf(slug),
    };
  }

  create(context: RequestContext, input: CreateTenantInput): Promise<CreateTenantPayload> {
    return this.answer(context, createTenant(this.deps, getViewer(context), input));
  }

  delete(context: RequestContext, input: DeleteTenantInput): Promise<CreateTenantPayload> {
    return this.answer(context, deleteTenant(this.deps, getViewer(context), input));
  }

  private answer(context: RequestContext, running: Promise<MutationResult>): Promise<CreateTenantPayload> {
    return answerMutation(context, running, this.deps.urls);
  }
}

/** The filter in terms of the database; an id of nobody's organization matches nothing. */
export function toQueryFilter(filter: TenantFilter | null | undefined): TenantQueryFilter {
  const { search, states, planCodes, organizationId } = filter ?? {};
  const uuid = organizationId ? decodeIdOf("Organization", organizationId) : undefined;
  return {
    ...(search && { search }),
    ...(states && { states }),
    ...(planCodes && { planCodes }),
    ...(uuid && { organizationId: uuid }),
    ...(organizationId && !uuid && { ids: [] }),
  };
}
