import { IS_FULL } from '@deskgraph/common/testing/sizes';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { newId } from '@deskgraph/common/core/id';
import { type RootField, api, mutations } from '../fixtures/schema.ts';
import { alone, judged } from './batch-and-bisect.ts';
import { type Payload, isTaken, judge } from './verdict.ts';
import { type Leaf, inputOf, leaves, strangeAt, textsOf } from './input-path.ts';
import { changeOf, together } from './aliased-batch.ts';
import { type Trial, senderOf, startTrial } from './fuzz-session.ts';

let trial: Trial;
beforeAll(async () => {
  trial = await startTrial();
}, 240_000);

/** The limit that the description states, in characters. */
const limitOf = ({ field }: Leaf): number | undefined => {
  const [, size, unit] =
    /(?:at most|to|of) ([\d,]+) (characters|KiB)/.exec(field.description ?? '') ?? [];
  return size ? Number(size.replaceAll(',', '')) * (unit === 'KiB' ? 1024 : 1) : undefined;
};
const LARGEST = 200_000;

/** Null, nothing, too much, and ids of nothing. */
function poorAt({ type, field }: Leaf): unknown[] {
  const { own, foreign } = trial;
  const values: unknown[] = isNonNullType(field.type) ? [] : [null];
  const long = 'x'.repeat(LARGEST);
  const ids = [
    'tkt_',
    '__proto__',
    newId('tkt'),
    own.message.id,
    foreign.ticket.id,
    foreign.customer.id,
    foreign.agent.id,
  ];
  if (type === GraphQLString) values.push('', ' ', long);
  if (type === GraphQLID) values.push('', 'x', long, ...ids);
  if (type === GraphQLInt) values.push(-1, 0, 2 ** 31 - 1, -(2 ** 31));
  if (isListType(getNullableType(field.type)))
    values.push(
      [],
      Array.from({ length: 2000 }, (_, at) => `x${at}`),
    );
  return values;
}

/** The type that is given under the first name of a place, and the mutations that take it: a filter is the same wherever it stands. */
const typeAt = (field: RootField, { path }: Leaf): string =>
  getNamedType(inputOf(field).getFields()[path.split('.')[0]!]!.type).name;
const takers = (type: string): RootField[] =>
  mutations.filter((field) =>
    Object.values(inputOf(field).getFields()).some((each) => getNamedType(each.type).name === type),
  );

/** Of what many mutations take each has a part of the values; with `TRY=all` each has all of them. */
function dealtAt(field: RootField, leaf: Leaf): unknown[] {
  const values = poorAt(leaf);
  const sharing =
    isInputObjectType(api.getType(typeAt(field, leaf))) && !IS_FULL
      ? takers(typeAt(field, leaf))
      : [field];
  return values.filter((_, at) => at % sharing.length === sharing.indexOf(field));
}

/** Null and lists stand for the whole list. */
const placeOf = (leaf: Leaf, value: unknown): Leaf =>
  Array.isArray(value) || value === null ? { ...leaf, path: leaf.path.replace(/\.0$/, '') } : leaf;

describe.each(mutations.map((field) => [field.name, field] as const))('%s', (name, field) => {
  const all = leaves(inputOf(field));

  test('what has not the shape of the schema is refused by name', async () => {
    const placed = all.flatMap((leaf) => strangeAt(leaf).map((value) => ({ leaf, value })));
    const outcomes = await trial.tried(field, alone(placed), await trial.fresh(name));
    const isRefused = ({ payload, errors }: (typeof outcomes)[number]): boolean =>
      !payload && errors.some(({ extensions }) => extensions.code === 'BAD_USER_INPUT');
    expect(outcomes.filter((each) => !isRefused(each))).toEqual([]);
    expect(outcomes.flatMap(judge)).toEqual([]);
    expect(outcomes).toHaveLength(placed.length);
  });

  test('null, nothing, too much and ids of nothing are taken or refused by name', async () => {
    const placed = all.flatMap((leaf) =>
      dealtAt(field, leaf).map((value) => ({ leaf: placeOf(leaf, value), value })),
    );
    expect(await judged(trial, field, placed)).toEqual([]);
  });

  test('texts beyond the limit that is told are refused by name', async () => {
    const placed = textsOf(field).flatMap((leaf) => {
      const long = Math.min((limitOf(leaf) ?? 0) * 10, LARGEST);
      return long > (limitOf(leaf) ?? LARGEST) ? [{ leaf, value: 'x'.repeat(long) }] : [];
    });
    const outcomes = await trial.tried(field, alone(placed));
    expect(outcomes.filter(isTaken).map(({ what }) => what[0]!.leaf.path)).toEqual([]);
    expect(outcomes.flatMap(judge)).toEqual([]);
  });

  test('unknown fields are refused, not dropped', async () => {
    const keys = ['workspaceId', 'createdBy', 'isAdmin', 'constructor', 'toString', '__proto__'];
    const base = JSON.stringify(await trial.fresh(name)).slice(1);
    const tries = keys.map((what) => ({
      what,
      size: 0,
      make: () => JSON.parse(`{ ${JSON.stringify(what)}: "x", ${base}`) as object,
    }));
    const token = trial.desk.tokens[senderOf(name)];
    const outcomes = await together<string, Payload>(
      trial.platform.url,
      token,
      changeOf(name, '__typename'),
      tries,
    );
    const refused = outcomes.filter(
      ({ payload, errors }) => !payload && errors[0]?.extensions.code === 'BAD_USER_INPUT',
    );
    expect(refused.map(({ what }) => what)).toEqual(keys);
  });
});
