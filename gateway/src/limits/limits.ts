import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValidationRule,
  visit,
} from 'graphql';
import { fault } from '@deskgraph/common/core/errors';

/**
 * What one request may ask for. graphql-js checks any document quickly; it is the query planner that a short text can keep busy for seconds
 * (a dozen fragments that use each other twice are thousands of fields), so everything is counted after fragment expansion, before planning.
 */
export interface Limits {
  /** Fields after fragment expansion. */
  fields: number;
  /** Nesting after fragment expansion. GraphiQL's own introspection query needs 15. */
  depth: number;
  /** Aliases in the text, those of `__typename` too. */
  aliases: number;
  /** Fields that a selection names again. */
  repeats: number;
  /** Directives in the text. */
  directives: number;
  /** Operations and fragments of the document. */
  definitions: number;
  /** Lexical tokens of the text. */
  tokens: number;
  /** Bytes of a request body. */
  body: number;
  /** Nesting of the variables. */
  variableDepth: number;
  /** Values in the variables, all levels together. */
  variableValues: number;
  /** Objects that the answer may hold by its page sizes (cost.ts). */
  cost: number;
}

export const LIMITS: Limits = {
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

/** For conformance suites with schemas of their own. */
export const NO_LIMITS = Object.fromEntries(
  Object.keys(LIMITS).map((name) => [name, Infinity]),
) as unknown as Limits;

interface Size {
  fields: number;
  depth: number;
}

/** Fields and depth of every operation of the document, fragments expanded; each fragment is measured once. */
function expand(document: DocumentNode): Size[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measured = new Map<string, Size>();
  const nothing: Size = { fields: 0, depth: 0 };

  const ofFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    measured.set(name, nothing); // A cycle ends here; graphql-js refuses it.
    const size = ofSelections(fragment.selectionSet);
    measured.set(name, size);
    return size;
  };
  const ofSelections = ({ selections }: SelectionSetNode): Size => {
    const total: Size = { fields: 0, depth: 0 };
    for (const node of selections) {
      const isField = node.kind === Kind.FIELD;
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(node.name.value)
          : node.selectionSet
            ? ofSelections(node.selectionSet)
            : nothing;
      total.fields += inner.fields + (isField ? 1 : 0);
      total.depth = Math.max(total.depth, inner.depth + (isField ? 1 : 0));
    }
    return total;
  };
  return document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? [ofSelections(node.selectionSet)] : [],
  );
}

interface Written {
  aliases: number;
  repeats: number;
  directives: number;
}

function written(document: DocumentNode): Written {
  const counted: Written = { aliases: 0, repeats: 0, directives: 0 };
  visit(document, {
    Field(node) {
      if (node.alias) counted.aliases++;
    },
    Directive() {
      counted.directives++;
    },
    SelectionSet({ selections }) {
      const names = selections.flatMap((node) =>
        node.kind === Kind.FIELD ? [(node.alias ?? node.name).value] : [],
      );
      counted.repeats += names.length - new Set(names).size;
    },
  });
  return counted;
}

/** The limit that the document breaks, in words; undefined when it keeps all. */
export function excess(document: DocumentNode, limits: Limits): string | undefined {
  if (document.definitions.length > limits.definitions)
    return `The document has more than ${limits.definitions} operations and fragments.`;
  const sizes = expand(document);
  const { aliases, repeats, directives } = written(document);
  const fields = Math.max(0, ...sizes.map((size) => size.fields));
  const depth = Math.max(0, ...sizes.map((size) => size.depth));
  if (fields > limits.fields) return `The query selects more than ${limits.fields} fields.`;
  if (depth > limits.depth) return `The query is nested deeper than ${limits.depth} levels.`;
  if (aliases > limits.aliases) return `The query has more than ${limits.aliases} aliases.`;
  if (repeats > limits.repeats)
    return `The query names a field again more than ${limits.repeats} times.`;
  if (directives > limits.directives)
    return `The query has more than ${limits.directives} directives.`;
  return undefined;
}

/** The limits of a document as a validation rule: Apollo Server checks each text once and keeps what passed. */
export const limitRule =
  (limits: Limits): ValidationRule =>
  (context) => ({
    Document(document) {
      const message = excess(document, limits);
      if (message === undefined) return undefined;
      context.reportError(fault('COST_EXCEEDED', message));
      return { ...document, definitions: [] }; // Nothing is left for the costlier rules to visit.
    },
  });

/** The limit that variables break, in words. Walks without recursion, so depth itself can do no harm. */
export function excessOfVariables(
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
    const next: unknown[] = [];
    for (const value of level)
      if (typeof value === 'object' && value !== null)
        for (const inner of Object.values(value)) next.push(inner);
    level = next;
  }
  return undefined;
}
