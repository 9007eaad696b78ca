import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';

/** Entries of a page when neither the query nor the schema says how many. */
const USUAL_PAGE = 25;
/** Entries of a list without pages: tags, attachments and the like. */
const USUAL_LIST = 5;

type Variables = Record<string, unknown>;
/** The objects that a part of the query may bring, once the variables are known. */
export type Cost = (variables: Variables) => number;

const sum = (parts: readonly Cost[]): Cost => {
  if (parts.length === 0) return () => 0;
  if (parts.length === 1) return parts[0]!;
  return (variables) => parts.reduce((total, part) => total + part(variables), 0);
};

const count = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : otherwise;

/** The page size of a field with `first` or `last`: what was asked for, else the default of the schema. */
function pageSize(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  defaults: Variables,
): Cost | undefined {
  const pages = field.args.filter(
    (argument) => argument.name === 'first' || argument.name === 'last',
  );
  if (pages.length === 0) return undefined;
  const usual =
    pages.map((argument) => count(argument.defaultValue, 0)).find((size) => size > 0) ?? USUAL_PAGE;
  const given = (node.arguments ?? []).filter(
    (argument) => argument.name.value === 'first' || argument.name.value === 'last',
  );
  const sizes = given.flatMap(({ value }): Cost[] => {
    if (value.kind === Kind.INT) return [() => Number(value.value)];
    if (value.kind === Kind.VARIABLE)
      return [
        (variables) => count(variables[value.name.value] ?? defaults[value.name.value], usual),
      ];
    return [];
  });
  if (sizes.length === 0) return () => usual;
  return (variables) => Math.max(...sizes.map((size) => size(variables)));
}

/**
 * The cost of an operation: the objects its answer may hold. Each object counts 1 and scalars nothing; a list multiplies what is selected in
 * it by its page size (`first`, `last`, variables included), or by 5 where the schema has no pages. The lists inside a connection (`edges`,
 * `nodes`) have the size of the connection. Introspection is free: its size is that of the schema.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Cost {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const defaults: Variables = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    if (defaultValue?.kind === Kind.INT) defaults[variable.name.value] = Number(defaultValue.value);

  const ofSelections = (
    set: SelectionSetNode,
    type: GraphQLNamedType,
    size: Cost | undefined,
  ): Cost =>
    sum(
      set.selections.flatMap((node) => {
        if (node.kind === Kind.FIELD) return ofField(node, type, size) ?? [];
        const part = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)!;
        const condition = part.typeCondition && schema.getType(part.typeCondition.name.value);
        return [ofSelections(part.selectionSet, condition ?? type, size)];
      }),
    );

  const ofField = (
    node: FieldNode,
    parent: GraphQLNamedType,
    connection: Cost | undefined,
  ): Cost | undefined => {
    if (node.name.value.startsWith('__') || !(isObjectType(parent) || isInterfaceType(parent)))
      return undefined;
    const field = parent.getFields()[node.name.value];
    if (!field || isLeafType(getNamedType(field.type)) || !node.selectionSet) return undefined;
    const isList = isListType(getNullableType(field.type));
    const asked = pageSize(node, field, defaults);
    const inner = ofSelections(
      node.selectionSet,
      getNamedType(field.type),
      isList ? undefined : asked,
    );
    if (!isList) return (variables) => 1 + inner(variables);
    const size = asked ?? connection ?? (() => USUAL_LIST);
    return (variables) => size(variables) * (1 + inner(variables));
  };

  const root = schema.getRootType(operation.operation);
  return root ? ofSelections(operation.selectionSet, root, undefined) : () => 0;
}
