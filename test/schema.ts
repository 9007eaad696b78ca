import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  buildSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { ROOT } from '@deskgraph/common/launch/config';

const read = (name: string): string => readFileSync(join(ROOT, 'schema', name), 'utf8');

/** The graph as clients see it. */
export const api: GraphQLSchema = buildSchema(read('api.graphql'));
/** The same with all that only the gateway reads, `@auth` for one. */
export const supergraph: GraphQLSchema = buildSchema(read('supergraph.graphql'), {
  assumeValid: true,
});

export type RootField = GraphQLField<unknown, unknown>;
export const queries: RootField[] = Object.values(api.getQueryType()!.getFields());
export const mutations: RootField[] = Object.values(api.getMutationType()!.getFields());

const isRequired = (field: RootField): boolean =>
  field.args.some(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);
export const isConnection = (type: GraphQLNamedType): boolean => type.name.endsWith('Connection');
export const isPaged = (field: RootField): boolean =>
  field.args.some(({ name }) => name === 'first');

export interface SelectOptions {
  /** Page size of the lists below the first. */
  page: number;
  /** Leave out fields for which this says no. */
  keep?: (type: GraphQLObjectType, field: RootField) => boolean;
}

/** Everything that can be asked of a type without arguments, `depth` things deep: what stands in the braces. */
export function select(type: GraphQLNamedType, depth: number, options: SelectOptions): string {
  if (isInterfaceType(type)) {
    const parts = api.getPossibleTypes(type).map((possible) => `... on ${possible.name} { id }`);
    return `__typename id ${parts.join(' ')}`;
  }
  if (!isObjectType(type)) return '__typename';
  if (isConnection(type)) {
    const node = getNamedType(type.getFields()['nodes']!.type);
    return `totalCount pageInfo { hasNextPage endCursor } nodes { ${select(node, depth, options)} }`;
  }
  const parts = Object.values(type.getFields()).flatMap((field) => {
    if (isRequired(field) || !(options.keep?.(type, field) ?? true)) return [];
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return [field.name];
    if (depth === 0) return [];
    const page = isPaged(field) ? `(first: ${options.page})` : '';
    return [`${field.name}${page} { ${select(inner, depth - 1, options)} }`];
  });
  return ['__typename', ...parts].join(' ');
}

/** Does the field stand under `@auth`? */
export const authOf = (field: RootField): boolean =>
  field.astNode?.directives?.some(({ name }) => name.value === 'auth') ?? false;
