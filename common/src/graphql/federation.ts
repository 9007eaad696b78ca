import 'reflect-metadata';
import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLEnumType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  isObjectType,
  parse,
  print,
  printType,
  specifiedDirectives,
  visit,
} from 'graphql';
import {
  type BuildSchemaOptions,
  buildSchemaSync,
  createResolversMap,
  getMetadataStorage,
} from 'type-graphql';
import { type AuthRule, Role, allows } from '../auth/access.ts';
import { Refusal, graphqlError, refusalToGraphqlError } from '../core/errors.ts';
import { UserErrorMessage } from './shared-types.ts';
import { type BoundedInput, validateInput, refuseUnstorable } from './input.ts';
import { runMutation } from './mutation.ts';
import { DateTime, ScopeScalar } from './scalars.ts';
import type { Context } from '../database/context.ts';

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@composeDirective"])
  @link(url: "https://deskgraph.org/auth/v1.0", import: ["@auth", "@personal"])
  @composeDirective(name: "@auth")
  @composeDirective(name: "@personal")

"Access rule: a token needs every scope, and a user one of the roles (a role includes those below it). Empty means no condition."
directive @auth(scopes: [Scope!]! = [], roles: [Role!]! = []) on FIELD_DEFINITION | OBJECT

"The value depends on the caller. A subscription that selects such a field is not shared between callers."
directive @personal on FIELD_DEFINITION
`;

/**
 * Resolves an entity reference of the gateway by the fields of its key; null when the caller may
 * not see the entity.
 */
export type ReferenceResolver = (
  reference: Record<string, unknown> & { id: string },
  ctx: Context,
) => unknown;

export interface SubgraphSchemaOptions extends Pick<
  BuildSchemaOptions,
  'resolvers' | 'orphanedTypes'
> {
  references?: Record<string, ReferenceResolver>;
  /** Replaces the default links and directives; such a schema has no `@auth`. */
  link?: string;
}

export interface SubgraphSchema {
  schema: GraphQLSchema;
  sdl: string;
}

/**
 * Builds a federated subgraph from type-graphql classes. Wraps its fields: root fields and fields
 * with `@auth` check the caller's rights, mutations run in a transaction.
 */
export function buildSubgraph({
  resolvers,
  orphanedTypes = [],
  references = {},
  link,
}: SubgraphSchemaOptions): SubgraphSchema {
  const base = buildSchemaSync({
    resolvers: [...resolvers, UserErrorMessage] as typeof resolvers,
    orphanedTypes,
    validate: false,
    validateFn: (value: unknown, type: unknown) => {
      if (value !== null && typeof value === 'object')
        validateInput(value, (type ?? value.constructor) as BoundedInput);
    },
    scalarsMap: [{ type: Date, scalar: DateTime }],
    directives: [...specifiedDirectives],
    skipCheck: true,
    pubSub: NO_PUB_SUB,
  });
  assertNoSilentGuards();
  const authTypes = link ? '' : printAuthTypes(base);
  const typeDefs = nullableQueries(
    authRolesAsEnums(
      parse(`${link ?? LINK}${printSubgraphSchema(base)}\n\n${authTypes}`, { noLocation: true }),
    ),
  );
  const map = createResolversMap(base) as Record<string, Record<string, unknown>>;
  for (const [name, reference] of Object.entries(references))
    (map[name] ??= {})['__resolveReference'] = (key: never, ctx: Context) => reference(key, ctx);
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: map as never }]);
  guardFields(base, schema);
  return { schema, sdl: `${print(typeDefs)}\n` };
}

const unused = (): never => {
  throw new Error('Subscriptions must create their stream with `subscribe`.');
};
/** type-graphql requires one although every subscription creates its own stream. */
const NO_PUB_SUB = { publish: unused, subscribe: unused };

/** type-graphql silently skips `@Authorized` and middlewares on plain fields: neither is allowed. */
function assertNoSilentGuards(): void {
  for (const field of [...getMetadataStorage().fields, ...getMetadataStorage().fieldResolvers])
    if (field.roles || field.middlewares?.length)
      throw new Error(`${field.target.name}: use @Auth for access rules`);
}

/** The types of the arguments of `@auth`, which every subgraph needs although no field has them. */
function printAuthTypes(base: GraphQLSchema): string {
  const { description, valuesConfig } = getMetadataStorage().enums.find(
    ({ enumObj }) => enumObj === Role,
  )!;
  const role = new GraphQLEnumType({
    name: 'Role',
    description: description!,
    values: valuesConfig as Record<string, { description: string }>,
  });
  return [ScopeScalar, role]
    .filter(({ name }) => !base.getType(name))
    .map((type) => printType(type))
    .join('\n\n');
}

/** type-graphql prints enum values inside directives as strings. */
const authRolesAsEnums = (document: DocumentNode): DocumentNode =>
  visit(document, {
    Directive: (node) =>
      node.name.value === 'auth'
        ? visit(node, {
            Argument: (argument) =>
              argument.name.value === 'roles'
                ? visit(argument, {
                    StringValue: (value) => ({ kind: Kind.ENUM, value: value.value }) as const,
                  })
                : undefined,
          })
        : undefined,
  });

const nullable = (field: FieldDefinitionNode): FieldDefinitionNode =>
  field.type.kind === Kind.NON_NULL_TYPE
    ? Object.assign({}, field, { type: field.type.type })
    : field;

/** Makes every query field nullable, so that one failing service does not null the whole result. */
const nullableQueries = (document: DocumentNode): DocumentNode =>
  visit(document, {
    ObjectTypeDefinition: (node) =>
      node.name.value === 'Query' ? { ...node, fields: node.fields!.map(nullable) } : undefined,
  });

function guardFields(base: GraphQLSchema, schema: GraphQLSchema): void {
  const roots = new Set([schema.getQueryType()?.name, schema.getMutationType()?.name]);
  const subscription = schema.getSubscriptionType()?.name;
  for (const type of Object.values(base.getTypeMap())) {
    const target = schema.getType(type.name);
    if (!isObjectType(type) || !isObjectType(target)) continue;
    const fields = target.getFields();
    for (const [name, field] of Object.entries(type.getFields())) {
      const guarded = fields[name];
      if (!guarded) continue;
      const rule = field.extensions['auth'] as AuthRule | undefined;
      guarded.extensions = { ...guarded.extensions, ...(rule && { auth: rule }) };
      if (type.name === subscription) guardSubscription(guarded, rule);
      else if (roots.has(type.name))
        guardRoot(guarded, rule, type.name === schema.getMutationType()?.name);
      else if (rule) guardField(guarded, rule, target);
    }
  }
}

type AnyField = GraphQLField<unknown, Context>;

function guardRoot(field: AnyField, rule: AuthRule | undefined, isMutation: boolean): void {
  const resolve = field.resolve!;
  field.resolve = async (root, args, ctx, info) => {
    if (rule && !allows(rule, ctx.actor)) throw graphqlError('FORBIDDEN');
    if (isMutation)
      return runMutation(ctx, field.name, (args as { input?: object }).input ?? {}, () => {
        refuseUnstorable(args);
        return resolve(root, args, ctx, info);
      });
    try {
      refuseUnstorable(args);
      return (await resolve(root, args, ctx, info)) as unknown;
    } catch (error) {
      throw error instanceof Refusal ? refusalToGraphqlError(error) : error;
    }
  };
}

/** Checks the rule when the subscription starts; its source filters the events by the caller. */
function guardSubscription(field: AnyField, rule: AuthRule | undefined): void {
  const subscribe = field.subscribe!;
  field.subscribe = async (root, args, ctx, info) => {
    if (rule && !allows(rule, ctx.actor)) throw graphqlError('FORBIDDEN');
    try {
      refuseUnstorable(args);
      return (await subscribe(root, args, ctx, info)) as unknown;
    } catch (error) {
      throw error instanceof Refusal ? refusalToGraphqlError(error) : error;
    }
  };
}

function guardField(field: AnyField, rule: AuthRule, type: GraphQLObjectType): void {
  if (String(field.type).endsWith('!'))
    throw new Error(`${type.name}.${field.name} has @auth and must be nullable`);
  const resolve =
    field.resolve ??
    ((root, args, ctx, info) => {
      const value = (root as Record<string, unknown>)[field.name];
      return typeof value === 'function'
        ? (value as (...parameters: unknown[]) => unknown).call(root, args, ctx, info)
        : value;
    });
  field.resolve = (root, args, ctx, info) => {
    if (!allows(rule, ctx.actor)) throw graphqlError('FORBIDDEN');
    return resolve(root, args, ctx, info);
  };
}
