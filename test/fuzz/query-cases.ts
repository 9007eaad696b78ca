import {
  type GraphQLArgument,
  GraphQLID,
  type GraphQLInputObjectType,
  GraphQLString,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { isLate, post } from '../fixtures/desk.ts';
import { type RootField, isPaged, queries } from '../fixtures/schema.ts';
import { waitFor } from '../platform/wait-for.ts';
import { inBatches } from './batch-and-bisect.ts';
import type { PlacedValue } from './verdict.ts';
import { type InputLeaf, withValueAt, inputLeaves } from './input-path.ts';
import { aliasedRequest } from './aliased-batch.ts';
import type { FuzzSession } from './fuzz-session.ts';

/** An argument of a query, and the leaves of it that take text. */
export interface ArgumentCase {
  field: RootField;
  argument: GraphQLArgument;
  /** One leaf with an empty path when the argument itself is text. */
  leaves: InputLeaf[];
}

const takesText = ({ type }: { type: InputLeaf['type'] }): boolean =>
  type === GraphQLString || type === GraphQLID;

/** All arguments with text, without `notIn`, which matches everything. */
export const ARGUMENT_CASES = queries.flatMap((field) =>
  field.args.flatMap((argument): ArgumentCase[] => {
    const type = getNamedType(argument.type);
    if (takesText({ type }))
      return [{ field, argument, leaves: [{ path: '', field: argument, type }] }];
    if (!isInputObjectType(type) || argument.name === 'period') return [];
    const places = inputLeaves(type).filter(
      (leaf) => takesText(leaf) && !/^(and|or|not)\b|\.notIn\b/.test(leaf.path),
    );
    return places.length ? [{ field, argument, leaves: places }] : [];
  }),
);

/** Checks whether the argument can combine conditions by `or`. */
export const acceptsSeveralConditions = ({ argument }: ArgumentCase): boolean => {
  const type = getNamedType(argument.type);
  return isInputObjectType(type) && 'or' in type.getFields();
};

/** Returns the argument with a value set. */
function argumentWith({ argument: { type } }: ArgumentCase, { leaf, value }: PlacedValue): unknown {
  if (leaf.path)
    return withValueAt({}, getNamedType(type) as GraphQLInputObjectType, leaf.path, value);
  return isListType(getNullableType(type)) ? [value] : value;
}

export interface Refusal {
  what: PlacedValue[];
  errors: { code: string; message: string }[];
}

/** Root fields of one request. Few, because the whole request times out after a second. */
const QUERIES_PER_REQUEST = 8;

/**
 * Sends each group as conditions combined by `or`, and returns the refused ones. No condition
 * matches, so the database evaluates all of them.
 */
export async function findRefusals(
  session: FuzzSession,
  question: ArgumentCase,
  groups: readonly PlacedValue[][],
): Promise<Refusal[]> {
  const refused: Refusal[] = [];
  const [several, single] = [
    groups.filter(({ length }) => length > 1),
    groups.filter(({ length }) => length === 1),
  ];
  for (const some of [
    ...several.map((group) => [group]),
    ...inBatches(single, QUERIES_PER_REQUEST),
  ]) {
    const values = some.map((what) => {
      const conditions = what.map((each) => argumentWith(question, each));
      return conditions.length > 1 ? { or: conditions } : conditions[0];
    });
    const answers = await errorsOfValues(session, question, values);
    refused.push(
      ...some.flatMap((what, index) =>
        answers[index]!.length ? [{ what, errors: answers[index]! }] : [],
      ),
    );
  }
  return refused;
}

/** Sends the query once for each value of the argument, and returns the errors of each. */
function errorsOfValues(
  session: FuzzSession,
  { field, argument }: ArgumentCase,
  values: readonly unknown[],
): Promise<Refusal['errors'][]> {
  const others: Record<string, string> = {
    articleSearch: argument.name === 'query' ? '' : 'query: "a"',
    ticketReport: 'by: [], measures: [CREATED], period: { last: "P1D" }',
    article:
      { slug: `knowledgeBaseId: "${session.own.base.id}"`, knowledgeBaseId: 'slug: "a"' }[
        argument.name
      ] ?? '',
  };
  const page = argument.name !== 'first' && isPaged(field) ? 'first: 1' : '';
  const root = {
    kind: 'query',
    name: field.name,
    type: String(argument.type),
    selection: '__typename',
  } as const;
  const [text, variables] = aliasedRequest(
    { ...root, argument: `${argument.name}: * ${others[field.name] ?? ''} ${page}` },
    values,
  );
  return waitFor(`responses of ${field.name}`, async () => {
    const { status, answer } = await post(
      session.platform.url,
      session.desk.tokens.partner,
      text,
      variables,
    );
    if (isLate(answer)) return false;
    if (status >= 500) throw new Error(`Status ${status}: ${JSON.stringify(answer)}`);
    return values.map((_, index) =>
      (answer.errors ?? [])
        .filter(({ path }) => !path || path[0] === `v${index}`)
        .map(({ message, extensions }) => ({ code: extensions.code, message })),
    );
  });
}
