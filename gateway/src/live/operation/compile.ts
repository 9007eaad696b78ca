import { hash } from 'node:crypto';
import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  getVariableValues,
  parseType,
  print,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { fault } from '@deskgraph/common/core/errors';
import { costOf } from '../../limits/cost.ts';
import type { LivePlan, Variables } from '../../subgraphs/federation.ts';
import { type Limits, excessOfVariables, limitRule } from '../../limits/limits.ts';
import { canonical } from './canonical.ts';
import {
  rootFields,
  unconditionalRoot,
  withRootArgument,
  withoutRootArguments,
} from './root-field.ts';

/** A client's subscription as one that many clients can share. */
export interface Compiled {
  plan: LivePlan;
  hash: string;
  /** The root field. */
  fieldName: string;
  /** Its name in the answer. */
  responseName: string;
  /** Variable that carries the cursor upstream; undefined when the root field cannot be resumed. */
  resumeVariable: string | undefined;
  /** Does the text itself ask for what is the caller's own? */
  isPersonal: boolean;
  /** What is wrong with the values; empty when they may be used. */
  check(variables: Variables): readonly GraphQLError[];
  /** The client's cursor. */
  after(variables: Variables): string | undefined;
  /** The variables that the shared operation uses. */
  used(variables: Variables): Variables;
  /** Equal for operations that answer equal events with equal texts: they differ in what events they want at most. */
  answers(variables: Variables): string;
}

/** What subscriptions are compiled against. */
export interface Graph {
  schema: GraphQLSchema;
  plan: (document: DocumentNode) => LivePlan;
  /** Names of the fields that answer each caller with what is his own. */
  personal: ReadonlySet<string>;
  limits: Limits;
}

/** The value by which a caller says "what is mine" in a filter. */
export const ME = 'me';

const invalid = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message.replace(/ ?Did you mean(.+?)\?$/, ''), {
    nodes: error.nodes,
    extensions: { code: 'BAD_USER_INPUT', ...error.extensions },
  });

function check(schema: GraphQLSchema, document: DocumentNode, limits: Limits): void {
  // Alone first: SingleFieldSubscriptionsRule of graphql-js 16 throws on a conditional root.
  const errors = validate(schema, document, [limitRule(limits), unconditionalRoot], {
    maxErrors: 10,
  });
  const all =
    errors.length > 0 ? errors : validate(schema, document, specifiedRules, { maxErrors: 10 });
  if (all.length > 0) throw new AggregateError(all.map(invalid));
}

const freeName = (taken: ReadonlySet<string>): string => {
  let name = 'after';
  while (taken.has(name)) name = `_${name}`;
  return name;
};

const cursorIn = (
  value: ValueNode | undefined,
  variables: Variables,
  defaults: Variables,
): string | undefined => {
  const given =
    value?.kind === Kind.VARIABLE
      ? (variables[value.name.value] ?? defaults[value.name.value])
      : undefined;
  if (typeof given === 'string') return given;
  return value?.kind === Kind.STRING ? value.value : undefined;
};

/**
 * What is planned is anonymous (the planner would write the client's name of the operation into the texts for subgraphs, and they would not be
 * shared), and its cursor is a variable of our own, whether and however the client gives one. Throws an AggregateError of GraphQL errors.
 */
export function compile(
  { schema, plan, personal, limits }: Graph,
  document: DocumentNode,
  asked: OperationDefinitionNode,
): Compiled {
  check(schema, document, limits);
  const parts = document.definitions.filter(
    (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION,
  );
  const fragments = new Map(parts.map((node) => [node.name.value, node]));
  const root = rootFields(asked, fragments)[0]!;
  const given = asked.variableDefinitions ?? [];

  const argument = schema
    .getSubscriptionType()
    ?.getFields()
    [root.name.value]?.args.find(({ name }) => name === 'after');
  const withAfter = (value: ValueNode) =>
    withRootArgument(asked, fragments, {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'after' },
      value,
    });
  const unresumed = {
    ...(argument ? withAfter({ kind: Kind.NULL }) : asked),
    variableDefinitions: [],
  };
  const used = variablesIn([unresumed, ...parts]);
  let isPersonal = false;
  for (const node of [unresumed, ...parts])
    visit(node, {
      StringValue: ({ value }) => void (isPersonal ||= value === ME),
      Field: ({ name }) => void (isPersonal ||= personal.has(name.value)),
    });
  const resumeVariable = argument && freeName(used);
  const kept = given.filter(({ variable }) => used.has(variable.name.value));
  let operation: OperationDefinitionNode = { ...asked, name: undefined, variableDefinitions: kept };
  if (resumeVariable) {
    const variable = {
      kind: Kind.VARIABLE,
      name: { kind: Kind.NAME, value: resumeVariable },
    } as const;
    const definition = {
      kind: Kind.VARIABLE_DEFINITION,
      variable,
      type: parseType(String(argument.type)),
    } as const;
    operation = {
      ...withAfter(variable),
      name: undefined,
      variableDefinitions: [...kept, definition],
    };
  }

  const bare = withoutRootArguments(
    { ...asked, name: undefined, variableDefinitions: [] },
    fragments,
  );
  const shape = hash(
    'sha256',
    print({ kind: Kind.DOCUMENT, definitions: [bare, ...parts] }),
    'base64url',
  );
  const inside = variablesIn([bare, ...parts]);
  const shared: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...parts] };
  const cost = limits.cost === Infinity ? () => 0 : costOf(schema, document, asked);
  const defaults = getVariableValues(schema, given, {}).coerced ?? {};
  const cursor = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  return {
    plan: plan(shared),
    hash: hash('sha256', print(shared), 'base64url'),
    fieldName: root.name.value,
    responseName: (root.alias ?? root.name).value,
    resumeVariable,
    isPersonal,
    check(variables) {
      const excess = excessOfVariables(variables, limits);
      if (excess) return [fault('COST_EXCEEDED', excess)];
      const { errors } = getVariableValues(schema, given, variables, { maxErrors: 10 });
      if (errors) return errors.map(invalid);
      const objects = cost(variables);
      return objects > limits.cost
        ? [
            fault(
              'COST_EXCEEDED',
              `Each event may bring ${objects} objects; ${limits.cost} are allowed. Ask for smaller pages.`,
            ),
          ]
        : [];
    },
    after: (variables) => cursorIn(cursor, variables, defaults),
    used: (variables) => only(used, variables),
    answers: (variables) => `${shape}\0${canonical(only(inside, variables))}`,
  };
}

function variablesIn(nodes: readonly ASTNode[]): Set<string> {
  const found = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void found.add(name.value) });
  return found;
}

const only = (names: ReadonlySet<string>, variables: Variables): Variables =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));

/** Remembers what it compiled last, by text and operation. */
export function keeping(
  make: (document: DocumentNode, asked: OperationDefinitionNode) => Compiled,
  most = 1000,
) {
  const kept = new Map<string, Compiled>();
  return (source: string, document: DocumentNode, asked: OperationDefinitionNode): Compiled => {
    const key = `${asked.name?.value ?? ''}\0${source}`;
    const compiled = kept.get(key) ?? make(document, asked);
    kept.delete(key);
    kept.set(key, compiled);
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    return compiled;
  };
}

/** Does a value among the variables ask for what is the caller's own? */
export const asksForOwn = (value: unknown): boolean =>
  value === ME ||
  (typeof value === 'object' && value !== null && Object.values(value).some(asksForOwn));
