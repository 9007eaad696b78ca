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
import { graphqlError } from '@deskgraph/common/core/errors';
import { compileCost } from '../../limits/cost.ts';
import type { SubscriptionPlan, Variables } from '../../subgraphs/federation.ts';
import { type Limits, exceededVariableLimit, limitRule } from '../../limits/limits.ts';
import { canonicalJson } from '../streams/scope.ts';
import {
  rootFields,
  unconditionalRoot,
  withRootArgument,
  withoutRootArguments,
} from './root-field.ts';

/** A client's subscription in the form that clients can share. */
export interface CompiledSubscription {
  plan: SubscriptionPlan;
  /** Hash of the shared operation. */
  hash: string;
  /** Name of the root field. */
  fieldName: string;
  /** Alias of the root field in the result, or its name. */
  responseName: string;
  /** Variable that carries the cursor upstream. Undefined when the root field has no `after`. */
  resumeVariable: string | undefined;
  /** True when the document itself depends on the caller: a `@personal` field or the value `me`. */
  isPersonal: boolean;
  /** Errors of the variable values; empty when they are valid. */
  validateVariables(variables: Variables): readonly GraphQLError[];
  /** The cursor after which the client wants events. */
  cursorFrom(variables: Variables): string | undefined;
  /** The variables that the shared operation uses. */
  sharedVariables(variables: Variables): Variables;
  /**
   * Key of operations that render equal events as equal results. They differ at most in the
   * arguments of the root field, which select events.
   */
  renderKey(variables: Variables): string;
}

/** The schema and limits against which subscriptions are compiled. */
export interface CompileContext {
  schema: GraphQLSchema;
  plan: (document: DocumentNode) => SubscriptionPlan;
  /** Names of the fields whose value depends on the caller (`@personal`). */
  personalFields: ReadonlySet<string>;
  limits: Limits;
}

/** Filter value that stands for the caller. */
const ME = 'me';

/** Whether a variable value contains the filter value `me`, so that events depend on the caller. */
export const containsMe = (value: unknown): boolean =>
  value === ME ||
  (typeof value === 'object' && value !== null && Object.values(value).some(containsMe));

/**
 * Rewrites a subscription so that clients can share its stream, and plans it. The shared operation
 * has no name, because the planner writes the name into the subgraph queries. Its cursor is always
 * a variable of ours, whether the client sends a literal, a variable or none.
 *
 * @throws AggregateError of GraphQL errors when the document is invalid
 */
export function compileSubscription(
  { schema, plan, personalFields, limits }: CompileContext,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledSubscription {
  assertValid(schema, document, limits);
  const fragments = document.definitions.filter(
    (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION,
  );
  const fragmentsByName = new Map(fragments.map((node) => [node.name.value, node]));
  const root = rootFields(operation, fragmentsByName)[0]!;
  const variableDefinitions = operation.variableDefinitions ?? [];

  const { sharedOperation, usedVariables, resumeVariable, isPersonal } = shareOperation({
    schema,
    operation,
    fragments,
    fragmentsByName,
    rootName: root.name.value,
    personalFields,
  });
  const sharedDocument: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [sharedOperation, ...fragments],
  };
  const selection = withoutRootArguments(
    { ...operation, name: undefined, variableDefinitions: [] },
    fragmentsByName,
  );
  const selectionHash = sha256(
    print({ kind: Kind.DOCUMENT, definitions: [selection, ...fragments] }),
  );
  const selectionVariables = variablesIn([selection, ...fragments]);

  const cost = limits.cost === Infinity ? () => 0 : compileCost(schema, document, operation);
  const defaults = getVariableValues(schema, variableDefinitions, {}).coerced ?? {};
  const cursor = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  return {
    plan: plan(sharedDocument),
    hash: sha256(print(sharedDocument)),
    fieldName: root.name.value,
    responseName: (root.alias ?? root.name).value,
    resumeVariable,
    isPersonal,
    validateVariables(variables) {
      const excess = exceededVariableLimit(variables, limits);
      if (excess) return [graphqlError('COST_EXCEEDED', excess)];
      const { errors } = getVariableValues(schema, variableDefinitions, variables, {
        maxErrors: 10,
      });
      if (errors) return errors.map(toInputError);
      const objects = cost(variables);
      if (objects <= limits.cost) return [];
      const message = `Each event may bring ${objects} objects; ${limits.cost} are allowed. Ask for smaller pages.`;
      return [graphqlError('COST_EXCEEDED', message)];
    },
    cursorFrom: (variables) => resolveCursor(cursor, variables, defaults),
    sharedVariables: (variables) => pick(variables, usedVariables),
    renderKey: (variables) =>
      `${selectionHash}\0${canonicalJson(pick(variables, selectionVariables))}`,
  };
}

interface ShareOptions {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: readonly FragmentDefinitionNode[];
  fragmentsByName: ReadonlyMap<string, FragmentDefinitionNode>;
  rootName: string;
  personalFields: ReadonlySet<string>;
}

/** The anonymous operation with only the variables it uses, and with the cursor as a variable. */
function shareOperation(options: ShareOptions) {
  const { schema, operation, fragments, fragmentsByName, rootName, personalFields } = options;
  const afterArgument = schema
    .getSubscriptionType()
    ?.getFields()
    [rootName]?.args.find(({ name }) => name === 'after');
  const withAfter = (value: ValueNode) =>
    withRootArgument(operation, fragmentsByName, {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'after' },
      value,
    });

  const withoutCursor = {
    ...(afterArgument ? withAfter({ kind: Kind.NULL }) : operation),
    variableDefinitions: [],
  };
  const usedVariables = variablesIn([withoutCursor, ...fragments]);
  const isPersonal = [withoutCursor, ...fragments].some((node) =>
    dependsOnCaller(node, personalFields),
  );
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    usedVariables.has(variable.name.value),
  );
  if (!afterArgument)
    return {
      sharedOperation: { ...operation, name: undefined, variableDefinitions },
      usedVariables,
      resumeVariable: undefined,
      isPersonal,
    };

  const resumeVariable = unusedName(usedVariables);
  const variable = {
    kind: Kind.VARIABLE,
    name: { kind: Kind.NAME, value: resumeVariable },
  } as const;
  const definition = {
    kind: Kind.VARIABLE_DEFINITION,
    variable,
    type: parseType(String(afterArgument.type)),
  } as const;
  const sharedOperation: OperationDefinitionNode = {
    ...withAfter(variable),
    name: undefined,
    variableDefinitions: [...variableDefinitions, definition],
  };
  return { sharedOperation, usedVariables, resumeVariable, isPersonal };
}

function assertValid(schema: GraphQLSchema, document: DocumentNode, limits: Limits): void {
  // Our rules run first: SingleFieldSubscriptionsRule of graphql-js 16 throws on a conditional
  // root.
  const options = { maxErrors: 10 };
  let errors = validate(schema, document, [limitRule(limits), unconditionalRoot], options);
  if (errors.length === 0) errors = validate(schema, document, specifiedRules, options);
  if (errors.length > 0) throw new AggregateError(errors.map(toInputError));
}

/** The error without graphql-js's suggestions of similar names, which would disclose the schema. */
const toInputError = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message.replace(/ ?Did you mean(.+?)\?$/, ''), {
    nodes: error.nodes,
    extensions: { code: 'BAD_USER_INPUT', ...error.extensions },
  });

function dependsOnCaller(node: ASTNode, personalFields: ReadonlySet<string>): boolean {
  let depends = false;
  visit(node, {
    StringValue: ({ value }) => void (depends ||= value === ME),
    Field: ({ name }) => void (depends ||= personalFields.has(name.value)),
  });
  return depends;
}

function unusedName(usedNames: ReadonlySet<string>): string {
  let name = 'after';
  while (usedNames.has(name)) name = `_${name}`;
  return name;
}

/** The value of the `after` argument: a literal, a variable or the default of the variable. */
function resolveCursor(
  argument: ValueNode | undefined,
  variables: Variables,
  defaults: Variables,
): string | undefined {
  if (argument?.kind === Kind.STRING) return argument.value;
  if (argument?.kind !== Kind.VARIABLE) return undefined;
  const value = variables[argument.name.value] ?? defaults[argument.name.value];
  return typeof value === 'string' ? value : undefined;
}

function variablesIn(nodes: readonly ASTNode[]): Set<string> {
  const names = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}

const pick = (variables: Variables, names: ReadonlySet<string>): Variables =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));

const sha256 = (text: string): string => hash('sha256', text, 'base64url');
