import { GraphQLSafeInt } from "graphql-scalars";
import type { Selectable } from "kysely";
import { Field, Int, ObjectType } from "type-graphql";
import type { PlansTable } from "../../database/tables.ts";
import { defineEnum } from "../../graphql/define-enum.ts";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import { Node } from "../../graphql/node.type.ts";

export const DatabaseStrategy = defineEnum("DatabaseStrategy", ["SHARED", "DEDICATED"]);

@ObjectType({ implements: Node })
export class Plan extends Node {
  @Field(() => String) code!: string;
  @Field(() => String) name!: string;
  @Field(() => String) description!: string;
  @Field(() => Int) cpuRequestMillicores!: number;
  @Field(() => Int) cpuLimitMillicores!: number;
  @Field(() => GraphQLSafeInt) memoryRequestBytes!: number;
  @Field(() => GraphQLSafeInt) memoryLimitBytes!: number;
  @Field(() => GraphQLSafeInt) filesBytes!: number;
  @Field(() => GraphQLSafeInt) databaseBytes!: number;
  @Field(() => Int, { description: "Worker processes; 0 is one threaded process." }) workers!: number;
  @Field(() => Int) connectionLimit!: number;
  @Field(() => DatabaseStrategy) strategy!: keyof typeof DatabaseStrategy;

  @Field(() => Int, { description: "CPU of the tenant's own database server, when it gets one." })
  serverCpuMillicores!: number;

  @Field(() => GraphQLSafeInt, { description: "Memory of the tenant's own database server." })
  serverMemoryBytes!: number;

  @Field(() => Boolean, { description: "False while the plan is closed; `createTenant` refuses it." })
  isAvailable!: boolean;
}

/** The API's view of a plan's row. */
export function toPlan(row: Selectable<PlansTable>): Plan {
  return {
    id: encodeGlobalId("Plan", row.id),
    code: row.code,
    name: row.name,
    description: row.description,
    cpuRequestMillicores: row.cpu_request_millicores,
    cpuLimitMillicores: row.cpu_limit_millicores,
    memoryRequestBytes: row.memory_request_bytes,
    memoryLimitBytes: row.memory_limit_bytes,
    filesBytes: row.files_bytes,
    databaseBytes: row.database_bytes,
    workers: row.workers,
    connectionLimit: row.connection_limit,
    strategy: row.strategy,
    serverCpuMillicores: row.server_cpu_millicores,
    serverMemoryBytes: row.server_memory_bytes,
    isAvailable: row.is_available,
  };
}
