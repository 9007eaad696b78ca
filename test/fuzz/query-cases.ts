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
import { until } from '../platform/wait-for.ts';
import { batched } from './batch-and-bisect.ts';
import type { Placed } from './verdict.ts';
import { type Leaf, having, leaves } from './input-path.ts';
import { aliased } from './aliased-batch.ts';
import type { Trial } from './fuzz-session.ts';

/** An argument of a query, and the places in it that take text. */
export interface Question {
  field: RootField;
  argument: GraphQLArgument;
  /** Empty where the argument itself is the place. */
  places: Leaf[];
}

const takesText = ({ type }: { type: Leaf['type'] }): boolean =>
  type === GraphQLString || type === GraphQLID;

/** All of them; but `notIn`, which finds everything. */
export const QUESTIONS = queries.flatMap((field) =>
  field.args.flatMap((argument): Question[] => {
    const type = getNamedType(argument.type);
    if (takesText({ type }))
      return [{ field, argument, places: [{ path: '', field: argument, type }] }];
    if (!isInputObjectType(type) || argument.name === 'period') return [];
    const places = leaves(type).filter(
      (leaf) => takesText(leaf) && !/^(and|or|not)\b|\.notIn\b/.test(leaf.path),
    );
    return places.length ? [{ field, argument, places }] : [];
  }),
);

/** Can it ask for several conditions at once? */
export const isTree = ({ argument }: Question): boolean => {
  const type = getNamedType(argument.type);
  return isInputObjectType(type) && 'or' in type.getFields();
};

/** The argument with a value in its place. */
function filled({ argument: { type } }: Question, { leaf, value }: Placed): unknown {
  if (leaf.path) return having({}, getNamedType(type) as GraphQLInputObjectType, leaf.path, value);
  return isListType(getNullableType(type)) ? [value] : value;
}

export interface Refused {
  what: Placed[];
  errors: { code: string; message: string }[];
}

/** Queries in one request; few, for it has a second for all that it asks. */
const ABREAST = 8;

/** Asks for each company as for one of several conditions; gives those that were refused. None of the conditions finds anything, so each is looked into. */
export async function refusals(
  trial: Trial,
  question: Question,
  companies: readonly Placed[][],
): Promise<Refused[]> {
  const refused: Refused[] = [];
  const [several, single] = [
    companies.filter(({ length }) => length > 1),
    companies.filter(({ length }) => length === 1),
  ];
  for (const some of [...several.map((company) => [company]), ...batched(single, ABREAST)]) {
    const values = some.map((what) => {
      const conditions = what.map((each) => filled(question, each));
      return conditions.length > 1 ? { or: conditions } : conditions[0];
    });
    const answers = await asked(trial, question, values);
    refused.push(
      ...some.flatMap((what, at) => (answers[at]!.length ? [{ what, errors: answers[at]! }] : [])),
    );
  }
  return refused;
}

/** The errors of each value of the argument. */
function asked(
  trial: Trial,
  { field, argument }: Question,
  values: readonly unknown[],
): Promise<Refused['errors'][]> {
  const others: Record<string, string> = {
    articleSearch: argument.name === 'query' ? '' : 'query: "a"',
    ticketReport: 'by: [], measures: [CREATED], period: { last: "P1D" }',
    article:
      { slug: `knowledgeBaseId: "${trial.own.base.id}"`, knowledgeBaseId: 'slug: "a"' }[
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
  const [text, variables] = aliased(
    { ...root, argument: `${argument.name}: * ${others[field.name] ?? ''} ${page}` },
    values,
  );
  return until(`answers of ${field.name}`, async () => {
    const { status, answer } = await post(
      trial.platform.url,
      trial.desk.tokens.partner,
      text,
      variables,
    );
    if (isLate(answer)) return false;
    if (status >= 500) throw new Error(`Status ${status}: ${JSON.stringify(answer)}`);
    return values.map((_, at) =>
      (answer.errors ?? [])
        .filter(({ path }) => !path || path[0] === `v${at}`)
        .map(({ message, extensions }) => ({ code: extensions.code, message })),
    );
  });
}
