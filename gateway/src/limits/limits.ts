import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValidationRule,
  visit,
} from 'graphql';
import { graphqlError } from '@deskgraph/common/core/errors';

/**
 * The limits of one request. graphql-js validates any document quickly, but a short document can
 * keep the query planner busy for seconds: a dozen fragments that use each other twice expand to
 * thousands of fields. So fields are counted after fragment expansion and before planning.
 */
export interface Limits {
  /** Fields after fragment expansion. */
  fields: number;
  /** Nesting after fragment expansion. GraphiQL's own introspection query needs 15. */
  depth: number;
  /** Aliases in the document, including those of `__typename`. */
  aliases: number;
  /** Fields that repeat a response name of the same selection set. */
  repeats: number;
  /** Directives in the document. */
  directives: number;
  /** Operations and fragments of the document. */
  definitions: number;
  /** Lexical tokens of the document. */
  tokens: number;
  /** Bytes of a request body. */
  body: number;
  /** Nesting of the variables. */
  variableDepth: number;
  /** Values in the variables, on all levels together. */
  variableValues: number;
  /** Maximum number of objects in the result (cost.ts). */
  cost: number;
}

export const DEFAULT_LIMITS: Limits = {
  fields: 1000,
  depth: 15,
  aliases: 30,
  repeats: 30,
  directives: 9,
  definitions: 100,
  tokens: 3000,
  body: 256 * 1024,
  variableDepth: 32,
  variableValues: 20_000,
  cost: 50_000,
};

/** For conformance suites that bring their own schema. */
export const NO_LIMITS = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((name) => [name, Infinity]),
) as unknown as Limits;

interface Size {
  fields: number;
  depth: number;
}

/** The size of every operation after fragment expansion. Each fragment is measured once. */
function operationSizes(document: DocumentNode): Size[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measured = new Map<string, Size>();
  const emptySize: Size = { fields: 0, depth: 0 };

  const fragmentSize = (name: string): Size => {
    const cached = measured.get(name);
    if (cached) return cached;
    const fragment = fragments.get(name);
    if (!fragment) return emptySize;
    measured.set(name, emptySize); // Ends a cycle; graphql-js refuses it later.
    const size = selectionSize(fragment.selectionSet);
    measured.set(name, size);
    return size;
  };
  const selectionSize = ({ selections }: SelectionSetNode): Size => {
    const total: Size = { fields: 0, depth: 0 };
    for (const node of selections) {
      const isField = node.kind === Kind.FIELD;
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD
          ? fragmentSize(node.name.value)
          : node.selectionSet
            ? selectionSize(node.selectionSet)
            : emptySize;
      total.fields += inner.fields + (isField ? 1 : 0);
      total.depth = Math.max(total.depth, inner.depth + (isField ? 1 : 0));
    }
    return total;
  };
  return document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? [selectionSize(node.selectionSet)] : [],
  );
}

interface SyntaxCounts {
  aliases: number;
  repeats: number;
  directives: number;
}

function countSyntax(document: DocumentNode): SyntaxCounts {
  const counts: SyntaxCounts = { aliases: 0, repeats: 0, directives: 0 };
  visit(document, {
    Field(node) {
      if (node.alias) counts.aliases++;
    },
    Directive() {
      counts.directives++;
    },
    SelectionSet({ selections }) {
      const names = selections.flatMap((node) =>
        node.kind === Kind.FIELD ? [(node.alias ?? node.name).value] : [],
      );
      counts.repeats += names.length - new Set(names).size;
    },
  });
  return counts;
}

/** The message for the limit that the document exceeds; undefined if it exceeds none. */
export function exceededLimit(document: DocumentNode, limits: Limits): string | undefined {
  if (document.definitions.length > limits.definitions)
    return `The document has more than ${limits.definitions} operations and fragments.`;
  const sizes = operationSizes(document);
  const { aliases, repeats, directives } = countSyntax(document);
  const fields = Math.max(0, ...sizes.map((size) => size.fields));
  const depth = Math.max(0, ...sizes.map((size) => size.depth));
  if (fields > limits.fields) return `The query selects more than ${limits.fields} fields.`;
  if (depth > limits.depth) return `The query is nested deeper than ${limits.depth} levels.`;
  if (aliases > limits.aliases) return `The query has more than ${limits.aliases} aliases.`;
  if (repeats > limits.repeats)
    return `The query repeats a field more than ${limits.repeats} times.`;
  if (directives > limits.directives)
    return `The query has more than ${limits.directives} directives.`;
  return undefined;
}

/**
 * The limits of a document as a validation rule, because Apollo Server validates a document once
 * and caches it.
 */
export const limitRule =
  (limits: Limits): ValidationRule =>
  (context) => ({
    Document(document) {
      const message = exceededLimit(document, limits);
      if (message === undefined) return undefined;
      context.reportError(graphqlError('COST_EXCEEDED', message));
      return { ...document, definitions: [] }; // Skips the more expensive rules.
    },
  });

/**
 * The message for the limit that the variables exceed. Iterates level by level instead of
 * recursively, so that deep nesting cannot overflow the stack.
 */
export function exceededVariableLimit(
  variables: Record<string, unknown> | undefined,
  limits: Limits,
): string | undefined {
  let level: unknown[] = variables ? Object.values(variables) : [];
  let values = 0;
  for (let depth = 1; level.length > 0; depth++) {
    values += level.length;
    if (values > limits.variableValues)
      return `The variables hold more than ${limits.variableValues} values.`;
    if (depth > limits.variableDepth)
      return `The variables are nested deeper than ${limits.variableDepth} levels.`;
    const nextLevel: unknown[] = [];
    for (const value of level)
      if (typeof value === 'object' && value !== null)
        for (const inner of Object.values(value)) nextLevel.push(inner);
    level = nextLevel;
  }
  return undefined;
}
