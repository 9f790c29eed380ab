import "reflect-metadata";
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from "graphql";
import { buildSchemaSync, type NonEmptyArray } from "type-graphql";
import { authChecker } from "./authorization.ts";
import { resolverClasses } from "./resolvers.ts";

/** The schema, answered by these resolver instances; without any it can only be printed. */
export function makeSchema(instances: object[] = []): GraphQLSchema {
  const byClass = new Map(instances.map((instance) => [instance.constructor as unknown, instance]));
  return buildSchemaSync({
    resolvers: resolverClasses as unknown as NonEmptyArray<(typeof resolverClasses)[number]>,
    container: { get: (resolverClass) => byClass.get(resolverClass) },
    authChecker,
    validate: false,
    // Every subscription brings its own source; type-graphql asks for this object all the same.
    pubSub: {
      publish: () => undefined,
      subscribe: () => {
        throw new Error("subscriptions read from the change bus");
      },
    },
  });
}

/** The text of `schema.graphql`: sorted, so that it changes only when the API does. */
export function printContract(schema: GraphQLSchema): string {
  return `# Printed from the code by \`pnpm schema\`; do not edit.\n${printSchema(lexicographicSortSchema(schema))}\n`;
}
