import {
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { RootField } from '../fixtures/schema.ts';

/** The place of a single value in an input: `requester.email`, `history.0.at`. */
export interface InputLeaf {
  path: string;
  field: GraphQLInputField;
  /** The named type of the value, without list and `!`. */
  type: GraphQLNamedType;
}

/**
 * Returns the leaves of an input type. Recursion stops one level into a recursive type, such as
 * the `and` of a filter.
 */
export function inputLeaves(
  type: GraphQLInputObjectType,
  place: readonly string[] = [],
  above: readonly GraphQLNamedType[] = [],
): InputLeaf[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const path = [...place, field.name, ...(isListType(getNullableType(field.type)) ? ['0'] : [])];
    if (!isInputObjectType(inner)) return [{ path: path.join('.'), field, type: inner }];
    return above.includes(type) ? [] : inputLeaves(inner, path, [...above, type]);
  });
}

export const inputTypeOf = (field: RootField): GraphQLInputObjectType =>
  getNamedType(field.args[0]!.type) as GraphQLInputObjectType;

export const isTextLeaf = ({ type }: InputLeaf): boolean => type === GraphQLString;
export const textLeaves = (field: RootField): InputLeaf[] =>
  inputLeaves(inputTypeOf(field)).filter(isTextLeaf);

/** Returns values that do not have the type that the schema declares. */
export function wrongTypeValues({ type, field, path }: InputLeaf): unknown[] {
  const strange: unknown[] = [];
  if (type.name !== 'JSON') {
    strange.push({ a: 1 }, [[1]]);
    if (type.name !== 'Boolean') strange.push(true);
    if (type.name !== 'Float') strange.push(1.5);
    if (type === GraphQLInt) strange.push('1', 2 ** 31, 1e300);
    if (type !== GraphQLString && type !== GraphQLID) strange.push('no such value', '');
  }
  if (!isNonNullType(field.type)) return strange;
  return [
    ...strange,
    null,
    ...(field.defaultValue === undefined && !path.endsWith('.0') ? [undefined] : []),
  ];
}

/** Ids for required fields, by field name. */
type IdsByName = Record<string, string>;

/** Returns the smallest valid value of a type, for objects on the path to a leaf. */
function minimalValue(type: GraphQLInputType, known: IdsByName, name = ''): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) return [];
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner))
    return Object.fromEntries(
      Object.values(inner.getFields())
        .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
        .map((field) => [field.name, minimalValue(field.type, known, field.name)]),
    );
  return (
    known[name] ??
    (getNamedType(inner).name === 'DateTime' ? '2026-01-03T00:00:00Z' : 'a@b.example')
  );
}

/** Returns the input with one value set, or removed when it is undefined. */
export function withValueAt(
  input: object,
  type: GraphQLInputObjectType,
  path: string,
  value: unknown,
  known: IdsByName = {},
): object {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return { ...input, [key]: value };
  const inner = getNamedType(type.getFields()[key]!.type) as GraphQLInputObjectType;
  const within = (given: unknown, below: readonly string[]): object =>
    withValueAt(
      (given ?? minimalValue(inner, known)) as object,
      inner,
      below.join('.'),
      value,
      known,
    );
  const given = (input as Record<string, unknown>)[key];
  if (rest[0] !== '0') return { ...input, [key]: within(given, rest) };
  return {
    ...input,
    [key]: [
      rest.length === 1 ? value : within((given as object[] | undefined)?.[0], rest.slice(1)),
    ],
  };
}
