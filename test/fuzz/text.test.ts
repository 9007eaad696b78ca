import { IS_FULL } from '@deskgraph/common/testing/sizes';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ALL, NAUGHTY } from './naughty.ts';
import { mutations } from '../fixtures/schema.ts';
import { singles, findVerdicts, bisectRefusals } from './batch-and-bisect.ts';
import type { PlacedValue } from './verdict.ts';
import { type InputLeaf, textLeaves } from './input-path.ts';
import {
  ARGUMENT_CASES,
  type Refusal,
  acceptsSeveralConditions,
  findRefusals,
} from './query-cases.ts';
import { mutationField, sendAliased } from './aliased-batch.ts';
import { type FuzzSession, startFuzzSession } from './fuzz-session.ts';

let session: FuzzSession;
beforeAll(async () => {
  session = await startFuzzSession();
}, 240_000);

test('there are at least 500 hostile strings', () =>
  expect(ALL.length).toBeGreaterThanOrEqual(500));

/** Each mutation and query is tried with one part of the strings; `npm run test:full` tries all. */
const PARTS = IS_FULL ? 1 : 9;
const stringsOf = (turn: number): string[] =>
  ALL.filter((_, index) => index % PARTS === turn % PARTS);

/**
 * Strings that PostgreSQL cannot store, and strings with a meaning in search or in objects. Each
 * place gets all of them, or one of each list.
 */
const SPECIAL = ['search', 'property', 'unstorable'].map((name) => NAUGHTY[name]!);
const specialStrings = (place: number): string[] =>
  IS_FULL ? SPECIAL.flat() : SPECIAL.map((list) => list[place % list.length]!);

/** Distributes the strings among the places. Search fields also get all search strings. */
function distribute(
  leaves: readonly InputLeaf[],
  turn: number,
  most = leaves.length,
): PlacedValue[] {
  const strings = stringsOf(turn);
  const places = Math.min(most, leaves.length);
  return leaves.flatMap((leaf, place) => {
    const own = strings.filter((_, index) => index % places === place % places);
    const searched = ['text', 'query'].includes(leaf.field.name) ? NAUGHTY['search']! : [];
    return [...new Set([...own, ...specialStrings(place), ...searched])].map((value) => ({
      leaf,
      value,
    }));
  });
}

/** The number of places among which the strings of a query are distributed. */
const MAX_PLACES = 6;
/** Conditions of one query. */
const CONDITIONS_PER_QUERY = 30;

describe('hostile strings', () => {
  const turns = mutations
    .map((field) => ({ field, texts: textLeaves(field) }))
    .filter(({ texts }) => texts.length > 0)
    .map(({ field, texts }, turn) => [field.name, field, distribute(texts, turn)] as const);

  test.each(turns)(
    '%s accepts them in its texts or refuses them with their path',
    async (_, field, placed) => {
      expect((await findVerdicts(session, field, placed)).slice(0, 20)).toEqual([]);
    },
    120_000,
  );

  test.each(
    ARGUMENT_CASES.map(
      (question, turn) =>
        [`${question.field.name}(${question.argument.name})`, question, turn] as const,
    ),
  )(
    '%s finds nothing by them or refuses them',
    async (_, question, turn) => {
      const placed = distribute(question.leaves, turn, MAX_PLACES);
      const refusalsOf = (groups: PlacedValue[][]): Promise<Refusal[]> =>
        findRefusals(session, question, groups);
      const refused = acceptsSeveralConditions(question)
        ? await bisectRefusals(placed, refusalsOf, CONDITIONS_PER_QUERY)
        : await refusalsOf(singles(placed));
      const isWrong = ({ errors }: Refusal): boolean =>
        errors.some(({ code }) => code !== 'BAD_USER_INPUT' && code !== 'NOT_FOUND');
      expect(refused.filter(isWrong).slice(0, 5)).toEqual([]);
    },
    120_000,
  );
});

test('accepted text is stored unchanged', async () => {
  const strings = ALL.filter((value) => value.trim() && value.length <= 200).filter(
    (_, index) => index % 4 === 0,
  );
  const tries = strings.map((what) => ({
    what,
    size: what.length,
    make: () => ({ name: what, kind: 'CUSTOMER' }),
  }));
  const { platform, desk } = session;
  const field = mutationField('customerCreate', 'customer { name }');
  const outcomes = await sendAliased<string, { customer: { name: string } | null }>(
    platform.url,
    desk.tokens.partner,
    field,
    tries,
  );
  const accepted = outcomes.filter(({ payload }) => payload?.customer);
  expect(accepted.map(({ payload }) => payload!.customer!.name)).toEqual(
    accepted.map(({ what }) => what.trim()),
  );
  expect(accepted.length).toBeGreaterThan(50);
});

test('every process is still ready afterwards', async () => {
  expect(await session.platform.isReady()).toBe(true);
  const { tickets } = await session.desk.data<{ tickets: { totalCount: number } }>(
    'admin',
    '{ tickets { totalCount } }',
  );
  expect(tickets.totalCount).toBeGreaterThan(0);
});
