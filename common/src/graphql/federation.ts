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
import { Refusal, fault, faultOf } from '../core/errors.ts';
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

"Who may use a field: a token needs every scope, a person one of the roles (a role includes those below it); empty means no condition."
directive @auth(scopes: [Scope!]! = [], roles: [Role!]! = []) on FIELD_DEFINITION | OBJECT

"The field answers each caller with what is his own: a stream that asks for it is read for one caller alone."
directive @personal on FIELD_DEFINITION
`;

/** Finds an entity for the gateway: by the fields of its key. What the caller may not see is null. */
export type ReferenceResolver = (
  reference: Record<string, unknown> & { id: string },
  context: Context,
) => unknown;

export interface SubgraphSchemaOptions extends Pick<
  BuildSchemaOptions,
  'resolvers' | 'orphanedTypes'
> {
  references?: Record<string, ReferenceResolver>;
  /** Links and directives in place of ours; such a graph has no `@auth`. */
  link?: string;
}

export interface SubgraphSchema {
  schema: GraphQLSchema;
  sdl: string;
}

/** The federated subgraph of type-graphql classes, with rights, bounds and transactions put around its fields. */
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
  refuseUnguarded();
  const words = link ? '' : authWords(base);
  const typeDefs = nullableRoots(
    authEnums(
      parse(`${link ?? LINK}${printSubgraphSchema(base)}\n\n${words}`, { noLocation: true }),
    ),
  );
  const map = createResolversMap(base) as Record<string, Record<string, unknown>>;
  for (const [name, reference] of Object.entries(references))
    (map[name] ??= {})['__resolveReference'] = (given: never, context: Context) =>
      reference(given, context);
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: map as never }]);
  guard(base, schema);
  return { schema, sdl: `${print(typeDefs)}\n` };
}

const unused = (): never => {
  throw new Error('Streams are made by `subscribe`.');
};
/** type-graphql asks for one where there are subscriptions, also when every one of them brings its own stream. */
const NO_PUB_SUB = { publish: unused, subscribe: unused };

/** type-graphql skips `@Authorized` and middlewares on plain fields, silently; rights are said by `@Auth` alone. */
function refuseUnguarded(): void {
  for (const field of [...getMetadataStorage().fields, ...getMetadataStorage().fieldResolvers])
    if (field.roles || field.middlewares?.length)
      throw new Error(`${field.target.name}: say rights with @Auth`);
}

/** The types that `@auth` is written with stand in every subgraph, also where no field is of them. */
function authWords(base: GraphQLSchema): string {
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
const authEnums = (document: DocumentNode): DocumentNode =>
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

/** One dead service must not blank what the others answer: every root field of a query may be null. */
const nullableRoots = (document: DocumentNode): DocumentNode =>
  visit(document, {
    ObjectTypeDefinition: (node) =>
      node.name.value === 'Query' ? { ...node, fields: node.fields!.map(nullable) } : undefined,
  });

function guard(base: GraphQLSchema, schema: GraphQLSchema): void {
  const roots = new Set([schema.getQueryType()?.name, schema.getMutationType()?.name]);
  const streams = schema.getSubscriptionType()?.name;
  for (const type of Object.values(base.getTypeMap())) {
    const target = schema.getType(type.name);
    if (!isObjectType(type) || !isObjectType(target)) continue;
    const fields = target.getFields();
    for (const [name, field] of Object.entries(type.getFields())) {
      const mine = fields[name];
      if (!mine) continue;
      const rule = field.extensions['auth'] as AuthRule | undefined;
      mine.extensions = { ...mine.extensions, ...(rule && { auth: rule }) };
      if (type.name === streams) guardStream(mine, rule);
      else if (roots.has(type.name))
        guardRoot(mine, rule, type.name === schema.getMutationType()?.name);
      else if (rule) guardField(mine, rule, target);
    }
  }
}

type AnyField = GraphQLField<unknown, Context>;

function guardRoot(field: AnyField, rule: AuthRule | undefined, isMutation: boolean): void {
  const resolve = field.resolve!;
  field.resolve = async (root, args, context, info) => {
    if (rule && !allows(rule, context.actor)) throw fault('FORBIDDEN');
    if (isMutation)
      return runMutation(context, field.name, (args as { input?: object }).input ?? {}, () => {
        refuseUnstorable(args);
        return resolve(root, args, context, info);
      });
    try {
      refuseUnstorable(args);
      return (await resolve(root, args, context, info)) as unknown;
    } catch (error) {
      throw error instanceof Refusal ? faultOf(error) : error;
    }
  };
}

/** The right to a stream is asked for when it begins; what may be told in it is up to whoever tells. */
function guardStream(field: AnyField, rule: AuthRule | undefined): void {
  const subscribe = field.subscribe!;
  field.subscribe = async (root, args, context, info) => {
    if (rule && !allows(rule, context.actor)) throw fault('FORBIDDEN');
    try {
      refuseUnstorable(args);
      return (await subscribe(root, args, context, info)) as unknown;
    } catch (error) {
      throw error instanceof Refusal ? faultOf(error) : error;
    }
  };
}

function guardField(field: AnyField, rule: AuthRule, type: GraphQLObjectType): void {
  if (String(field.type).endsWith('!'))
    throw new Error(`${type.name}.${field.name} has @auth and must be nullable`);
  const resolve =
    field.resolve ??
    ((root, args, context, info) => {
      const value = (root as Record<string, unknown>)[field.name];
      return typeof value === 'function'
        ? (value as (...all: unknown[]) => unknown).call(root, args, context, info)
        : value;
    });
  field.resolve = (root, args, context, info) => {
    if (!allows(rule, context.actor)) throw fault('FORBIDDEN');
    return resolve(root, args, context, info);
  };
}
