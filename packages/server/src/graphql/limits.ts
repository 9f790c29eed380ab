import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";

/** Given to graphql's parser, which stops there. */
export const maxTokens = 3_000;
const maxDepth = 12;
const maxFields = 1_500; // with fragments written out
const maxAliases = 50;

interface Size {
  depth: number;
  fields: number;
  aliases: number;
}

/** One validation rule: depth, number of fields and aliases of each operation, fragments included. */
export function limitsRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      const measure = makeMeasure(document);
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
        const fault = findFault(measure(definition.selectionSet));
        if (fault) context.reportError(new GraphQLError(fault, { nodes: definition }));
      }
    },
  };
}

function findFault({ depth, fields, aliases }: Size): string | undefined {
  if (depth > maxDepth) return `The operation is ${depth} levels deep; ${maxDepth} are allowed.`;
  if (fields > maxFields) return `The operation asks for ${fields} fields; ${maxFields} are allowed.`;
  if (aliases > maxAliases) return `The operation has ${aliases} aliases; ${maxAliases} are allowed.`;
  return undefined;
}

function makeMeasure(document: DocumentNode): (set: SelectionSetNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, Size>();
  const nothing: Size = { depth: 0, fields: 0, aliases: 0 };

  const measureFragment = (name: string): Size => {
    const known = sizes.get(name);
    if (known) return known;
    sizes.set(name, nothing); // a cycle ends here; another rule refuses it
    const fragment = fragments.get(name);
    const size = fragment === undefined ? nothing : measureSet(fragment.selectionSet);
    sizes.set(name, size);
    return size;
  };
  const measureSelection = (selection: SelectionSetNode["selections"][number]): Size => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return measureSet(selection.selectionSet);
    // Introspection is deep by nature, bounded by the schema, and allowed.
    if (selection.name.value.startsWith("__")) return nothing;
    const inner = selection.selectionSet ? measureSet(selection.selectionSet) : nothing;
    const aliases = inner.aliases + (selection.alias ? 1 : 0);
    return { depth: inner.depth + 1, fields: inner.fields + 1, aliases };
  };
  const measureSet = (set: SelectionSetNode): Size =>
    set.selections.map(measureSelection).reduce(
      (sum, size) => ({
        depth: Math.max(sum.depth, size.depth),
        fields: sum.fields + size.fields,
        aliases: sum.aliases + size.aliases,
      }),
      nothing,
    );
  return measureSet;
}
