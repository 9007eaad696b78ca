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

/** A place of an input where one value stands: `requester.email`, `history.0.at`. */
export interface Leaf {
  path: string;
  field: GraphQLInputField;
  /** The type of the value, without list and `!`. */
  type: GraphQLNamedType;
}

/** What stands in something of its own type, `and` of a filter, has its values and not what they are made of. */
export function leaves(
  type: GraphQLInputObjectType,
  place: readonly string[] = [],
  above: readonly GraphQLNamedType[] = [],
): Leaf[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const path = [...place, field.name, ...(isListType(getNullableType(field.type)) ? ['0'] : [])];
    if (!isInputObjectType(inner)) return [{ path: path.join('.'), field, type: inner }];
    return above.includes(type) ? [] : leaves(inner, path, [...above, type]);
  });
}

export const inputOf = (field: RootField): GraphQLInputObjectType =>
  getNamedType(field.args[0]!.type) as GraphQLInputObjectType;

export const isText = ({ type }: Leaf): boolean => type === GraphQLString;
export const textsOf = (field: RootField): Leaf[] => leaves(inputOf(field)).filter(isText);

/** What has not the shape that the schema gives the place. */
export function strangeAt({ type, field, path }: Leaf): unknown[] {
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

/** Ids that are asked for by these names. */
type Known = Record<string, string>;

/** The least that is valid where an object has to be made on the way to a leaf. */
function least(type: GraphQLInputType, known: Known, name = ''): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) return [];
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner))
    return Object.fromEntries(
      Object.values(inner.getFields())
        .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
        .map((field) => [field.name, least(field.type, known, field.name)]),
    );
  return (
    known[name] ??
    (getNamedType(inner).name === 'DateTime' ? '2026-01-03T00:00:00Z' : 'a@b.example')
  );
}

/** The input with one value set, or taken away where it is undefined. */
export function having(
  input: object,
  type: GraphQLInputObjectType,
  path: string,
  value: unknown,
  known: Known = {},
): object {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return { ...input, [key]: value };
  const inner = getNamedType(type.getFields()[key]!.type) as GraphQLInputObjectType;
  const within = (given: unknown, below: readonly string[]): object =>
    having((given ?? least(inner, known)) as object, inner, below.join('.'), value, known);
  const given = (input as Record<string, unknown>)[key];
  if (rest[0] !== '0') return { ...input, [key]: within(given, rest) };
  return {
    ...input,
    [key]: [
      rest.length === 1 ? value : within((given as object[] | undefined)?.[0], rest.slice(1)),
    ],
  };
}
