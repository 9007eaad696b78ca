import {
  type ASTVisitor,
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The root selection with its fragment spreads inlined, so that it can be read and changed. */
function inlineSpreads(set: SelectionSetNode, fragments: Fragments): SelectionSetNode {
  const selections = set.selections.map((node): SelectionNode => {
    if (node.kind === Kind.FIELD) return node;
    if (node.kind === Kind.INLINE_FRAGMENT)
      return { ...node, selectionSet: inlineSpreads(node.selectionSet, fragments) };
    const { typeCondition, selectionSet } = fragments.get(node.name.value)!;
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition,
      directives: node.directives,
      selectionSet: inlineSpreads(selectionSet, fragments),
    };
  });
  return { ...set, selections };
}

const mapFields = (
  set: SelectionSetNode,
  change: (field: FieldNode) => FieldNode,
): SelectionSetNode => ({
  ...set,
  selections: set.selections.map((node) => {
    if (node.kind === Kind.FIELD) return change(node);
    return node.kind === Kind.INLINE_FRAGMENT
      ? { ...node, selectionSet: mapFields(node.selectionSet, change) }
      : node;
  }),
});

/** The root fields. A valid subscription has one, but the document may select it several times. */
export function rootFields(operation: OperationDefinitionNode, fragments: Fragments): FieldNode[] {
  const fields: FieldNode[] = [];
  mapFields(
    inlineSpreads(operation.selectionSet, fragments),
    (field) => (fields.push(field), field),
  );
  return fields;
}

/** The operation with the argument set at its root field, replacing one of the same name. */
export const withRootArgument = (
  operation: OperationDefinitionNode,
  fragments: Fragments,
  argument: ArgumentNode,
): OperationDefinitionNode => ({
  ...operation,
  selectionSet: mapFields(inlineSpreads(operation.selectionSet, fragments), (field) => ({
    ...field,
    arguments: [
      ...(field.arguments ?? []).filter(({ name }) => name.value !== argument.name.value),
      argument,
    ],
  })),
});

/** The selection of the operation alone, independent of the arguments that select events. */
export const withoutRootArguments = (
  operation: OperationDefinitionNode,
  fragments: Fragments,
): OperationDefinitionNode => ({
  ...operation,
  selectionSet: mapFields(inlineSpreads(operation.selectionSet, fragments), (field) => ({
    ...field,
    arguments: [],
  })),
});

/**
 * Validation rule: the specification allows no `@skip` or `@include` at the root of a subscription.
 * graphql-js 16 does not check it, and the query planner throws.
 */
export const unconditionalRoot = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition({ operation, selectionSet }) {
    if (operation !== 'subscription') return;
    const visited = new Set<string>();
    const check = (set: SelectionSetNode): void => {
      for (const node of set.selections) {
        for (const directive of node.directives ?? [])
          if (directive.name.value === 'skip' || directive.name.value === 'include')
            context.reportError(
              new GraphQLError(
                `"@${directive.name.value}" is not allowed at the root of a subscription.`,
                { nodes: directive },
              ),
            );
        if (node.kind === Kind.INLINE_FRAGMENT) check(node.selectionSet);
        if (node.kind !== Kind.FRAGMENT_SPREAD || visited.has(node.name.value)) continue;
        visited.add(node.name.value);
        const fragment = context.getFragment(node.name.value);
        if (fragment) check(fragment.selectionSet);
      }
    };
    check(selectionSet);
  },
});
