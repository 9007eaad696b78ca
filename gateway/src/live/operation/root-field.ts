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

/** The root selection without fragment spreads, so that what happens at the root can be read and changed in one place. */
function spelled(set: SelectionSetNode, fragments: Fragments): SelectionSetNode {
  const selections = set.selections.map((node): SelectionNode => {
    if (node.kind === Kind.FIELD) return node;
    if (node.kind === Kind.INLINE_FRAGMENT)
      return { ...node, selectionSet: spelled(node.selectionSet, fragments) };
    const { typeCondition, selectionSet } = fragments.get(node.name.value)!;
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition,
      directives: node.directives,
      selectionSet: spelled(selectionSet, fragments),
    };
  });
  return { ...set, selections };
}

const changed = (
  set: SelectionSetNode,
  change: (field: FieldNode) => FieldNode,
): SelectionSetNode => ({
  ...set,
  selections: set.selections.map((node) => {
    if (node.kind === Kind.FIELD) return change(node);
    return node.kind === Kind.INLINE_FRAGMENT
      ? { ...node, selectionSet: changed(node.selectionSet, change) }
      : node;
  }),
});

/** The root fields; a valid subscription has one, though it may be written several times. */
export function rootFields(operation: OperationDefinitionNode, fragments: Fragments): FieldNode[] {
  const found: FieldNode[] = [];
  changed(spelled(operation.selectionSet, fragments), (field) => (found.push(field), field));
  return found;
}

/** The operation with another argument of the same name, or a further one, at its root field. */
export const withRootArgument = (
  operation: OperationDefinitionNode,
  fragments: Fragments,
  argument: ArgumentNode,
): OperationDefinitionNode => ({
  ...operation,
  selectionSet: changed(spelled(operation.selectionSet, fragments), (field) => ({
    ...field,
    arguments: [
      ...(field.arguments ?? []).filter(({ name }) => name.value !== argument.name.value),
      argument,
    ],
  })),
});

/** What the operation says of its events, whatever events its arguments let through. */
export const withoutRootArguments = (
  operation: OperationDefinitionNode,
  fragments: Fragments,
): OperationDefinitionNode => ({
  ...operation,
  selectionSet: changed(spelled(operation.selectionSet, fragments), (field) => ({
    ...field,
    arguments: [],
  })),
});

/** By the specification no `@skip` or `@include` stands at the root of a subscription; graphql-js 16 does not check it, and the planner throws. */
export const unconditionalRoot = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition({ operation, selectionSet }) {
    if (operation !== 'subscription') return;
    const seen = new Set<string>();
    const check = (set: SelectionSetNode): void => {
      for (const node of set.selections) {
        for (const directive of node.directives ?? [])
          if (directive.name.value === 'skip' || directive.name.value === 'include')
            context.reportError(
              new GraphQLError(
                `"@${directive.name.value}" may not stand at the root of a subscription.`,
                { nodes: directive },
              ),
            );
        if (node.kind === Kind.INLINE_FRAGMENT) check(node.selectionSet);
        if (node.kind !== Kind.FRAGMENT_SPREAD || seen.has(node.name.value)) continue;
        seen.add(node.name.value);
        const fragment = context.getFragment(node.name.value);
        if (fragment) check(fragment.selectionSet);
      }
    };
    check(selectionSet);
  },
});
