import { IS_FULL } from '@deskgraph/common/testing/sizes';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ALL, NAUGHTY } from './naughty.ts';
import { mutations } from '../fixtures/schema.ts';
import { alone, judged, refusedAlone } from './batch-and-bisect.ts';
import type { Placed } from './verdict.ts';
import { type Leaf, textsOf } from './input-path.ts';
import { QUESTIONS, type Refused, isTree, refusals } from './query-cases.ts';
import { changeOf, together } from './aliased-batch.ts';
import { type Trial, startTrial } from './fuzz-session.ts';

let trial: Trial;
beforeAll(async () => {
  trial = await startTrial();
}, 240_000);

test('there are at least 500 strings that have broken programs', () =>
  expect(ALL.length).toBeGreaterThanOrEqual(500));

/** Each mutation and query is tried with one part of the strings; `npm run test:full` tries all. */
const PARTS = IS_FULL ? 1 : 9;
const stringsOf = (turn: number): string[] => ALL.filter((_, at) => at % PARTS === turn % PARTS);

/** What no database can hold, and what search and objects treat in their own way, goes to each place, or one of each. */
const SPECIAL = ['search', 'property', 'unstorable'].map((name) => NAUGHTY[name]!);
const special = (place: number): string[] =>
  IS_FULL ? SPECIAL.flat() : SPECIAL.map((list) => list[place % list.length]!);

/** The strings are dealt out among the places; words that are searched for are tried where they are searched for. */
function dealt(leaves: readonly Leaf[], turn: number, most = leaves.length): Placed[] {
  const strings = stringsOf(turn);
  const places = Math.min(most, leaves.length);
  return leaves.flatMap((leaf, place) => {
    const own = strings.filter((_, at) => at % places === place % places);
    const searched = ['text', 'query'].includes(leaf.field.name) ? NAUGHTY['search']! : [];
    return [...new Set([...own, ...special(place), ...searched])].map((value) => ({ leaf, value }));
  });
}

/** Places of a query that have all its strings together. */
const PLACES = 6;
/** Of one query. */
const CONDITIONS = 30;

describe('strings that have broken programs', () => {
  const turns = mutations
    .map((field) => ({ field, texts: textsOf(field) }))
    .filter(({ texts }) => texts.length > 0)
    .map(({ field, texts }, turn) => [field.name, field, dealt(texts, turn)] as const);

  test.each(turns)(
    '%s takes them in its texts, or refuses them by name',
    async (_, field, placed) => {
      expect((await judged(trial, field, placed)).slice(0, 20)).toEqual([]);
    },
    120_000,
  );

  test.each(
    QUESTIONS.map(
      (question, turn) =>
        [`${question.field.name}(${question.argument.name})`, question, turn] as const,
    ),
  )(
    '%s finds nothing by them, or refuses them',
    async (_, question, turn) => {
      const placed = dealt(question.places, turn, PLACES);
      const asked = (companies: Placed[][]): Promise<Refused[]> =>
        refusals(trial, question, companies);
      const refused = isTree(question)
        ? await refusedAlone(placed, asked, CONDITIONS)
        : await asked(alone(placed));
      const isWrong = ({ errors }: Refused): boolean =>
        errors.some(({ code }) => code !== 'BAD_USER_INPUT' && code !== 'NOT_FOUND');
      expect(refused.filter(isWrong).slice(0, 5)).toEqual([]);
    },
    120_000,
  );
});

test('what was taken stands as it was written', async () => {
  const strings = ALL.filter((value) => value.trim() && value.length <= 200).filter(
    (_, at) => at % 4 === 0,
  );
  const tries = strings.map((what) => ({
    what,
    size: what.length,
    make: () => ({ name: what, kind: 'CUSTOMER' }),
  }));
  const { platform, desk } = trial;
  const asked = changeOf('customerCreate', 'customer { name }');
  const outcomes = await together<string, { customer: { name: string } | null }>(
    platform.url,
    desk.tokens.partner,
    asked,
    tries,
  );
  const taken = outcomes.filter(({ payload }) => payload?.customer);
  expect(taken.map(({ payload }) => payload!.customer!.name)).toEqual(
    taken.map(({ what }) => what.trim()),
  );
  expect(taken.length).toBeGreaterThan(50);
});

test('after all that every process is the one that was started, and well', async () => {
  expect(await trial.platform.isReady()).toBe(true);
  const { tickets } = await trial.desk.data<{ tickets: { totalCount: number } }>(
    'admin',
    '{ tickets { totalCount } }',
  );
  expect(tickets.totalCount).toBeGreaterThan(0);
});
