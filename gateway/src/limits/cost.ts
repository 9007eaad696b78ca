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

/** Page size if neither the query nor the schema defines one. */
const DEFAULT_PAGE_SIZE = 25;
/** Assumed length of a list without pagination, such as tags or attachments. */
const DEFAULT_LIST_LENGTH = 5;

type Variables = Record<string, unknown>;
/** The maximum number of objects in a part of the result, computed from the variables. */
export type CostFunction = (variables: Variables) => number;

const sum = (parts: readonly CostFunction[]): CostFunction => {
  if (parts.length === 0) return () => 0;
  if (parts.length === 1) return parts[0]!;
  return (variables) => parts.reduce((total, part) => total + part(variables), 0);
};

const toCount = (value: unknown, fallback: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : fallback;

const isPageArgument = (name: string): boolean => name === 'first' || name === 'last';

/**
 * The page size of a field with the arguments `first` or `last`: the requested size, else the
 * default of the schema. Undefined for a field without these arguments.
 */
function pageSize(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variableDefaults: Variables,
): CostFunction | undefined {
  const definitions = field.args.filter(({ name }) => isPageArgument(name));
  if (definitions.length === 0) return undefined;
  const defaultSize =
    definitions.map(({ defaultValue }) => toCount(defaultValue, 0)).find((size) => size > 0) ??
    DEFAULT_PAGE_SIZE;
  const sizes = (node.arguments ?? []).flatMap(({ name, value }): CostFunction[] => {
    if (!isPageArgument(name.value)) return [];
    if (value.kind === Kind.INT) return [() => Number(value.value)];
    if (value.kind !== Kind.VARIABLE) return [];
    const variable = value.name.value;
    return [(variables) => toCount(variables[variable] ?? variableDefaults[variable], defaultSize)];
  });
  if (sizes.length === 0) return () => defaultSize;
  return (variables) => Math.max(...sizes.map((size) => size(variables)));
}

/**
 * Compiles the cost of an operation: the maximum number of objects in its result. An object counts
 * 1 and a scalar 0. A list multiplies the cost of its entries by its page size (`first`, `last`,
 * also from variables), or by 5 if it has no pagination. The lists inside a connection (`edges`,
 * `nodes`) have the page size of the connection. Introspection is free, because its size is limited
 * by the schema.
 *
 * @example
 * compileCost(schema, parse('{ tickets(first: 50) { nodes { id } } }'), operation)({}); // 51
 */
export function compileCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CostFunction {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const variableDefaults: Variables = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    if (defaultValue?.kind === Kind.INT)
      variableDefaults[variable.name.value] = Number(defaultValue.value);

  const selectionCost = (
    selectionSet: SelectionSetNode,
    type: GraphQLNamedType,
    connectionSize: CostFunction | undefined,
  ): CostFunction =>
    sum(
      selectionSet.selections.flatMap((node) => {
        if (node.kind === Kind.FIELD) return fieldCost(node, type, connectionSize) ?? [];
        const fragment =
          node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)!;
        const typeCondition =
          fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
        return [selectionCost(fragment.selectionSet, typeCondition ?? type, connectionSize)];
      }),
    );

  const fieldCost = (
    node: FieldNode,
    parent: GraphQLNamedType,
    connectionSize: CostFunction | undefined,
  ): CostFunction | undefined => {
    if (node.name.value.startsWith('__') || !(isObjectType(parent) || isInterfaceType(parent)))
      return undefined;
    const field = parent.getFields()[node.name.value];
    if (!field || isLeafType(getNamedType(field.type)) || !node.selectionSet) return undefined;
    const isList = isListType(getNullableType(field.type));
    const ownPageSize = pageSize(node, field, variableDefaults);
    const innerCost = selectionCost(
      node.selectionSet,
      getNamedType(field.type),
      isList ? undefined : ownPageSize,
    );
    if (!isList) return (variables) => 1 + innerCost(variables);
    const size = ownPageSize ?? connectionSize ?? (() => DEFAULT_LIST_LENGTH);
    return (variables) => size(variables) * (1 + innerCost(variables));
  };

  const root = schema.getRootType(operation.operation);
  return root ? selectionCost(operation.selectionSet, root, undefined) : () => 0;
}
