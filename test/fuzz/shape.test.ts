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
import { type RootField, apiSchema, mutations } from '../fixtures/schema.ts';
import { singles, findVerdicts } from './batch-and-bisect.ts';
import { type Payload, isAccepted, verdictsOf } from './verdict.ts';
import {
  type InputLeaf,
  inputTypeOf,
  inputLeaves,
  wrongTypeValues,
  textLeaves,
} from './input-path.ts';
import { mutationField, sendAliased } from './aliased-batch.ts';
import { type FuzzSession, senderOf, startFuzzSession } from './fuzz-session.ts';

let session: FuzzSession;
beforeAll(async () => {
  session = await startFuzzSession();
}, 240_000);

/** Reads the limit, in characters, from the description of the field. */
const limitOf = ({ field }: InputLeaf): number | undefined => {
  const [, size, unit] =
    /(?:at most|to|of) ([\d,]+) (characters|KiB)/.exec(field.description ?? '') ?? [];
  return size ? Number(size.replaceAll(',', '')) * (unit === 'KiB' ? 1024 : 1) : undefined;
};
const MAX_TEXT_LENGTH = 200_000;

/** Returns null, empty values, oversized values and ids of entities that do not exist. */
function edgeValues({ type, field }: InputLeaf): unknown[] {
  const { own, foreign } = session;
  const values: unknown[] = isNonNullType(field.type) ? [] : [null];
  const long = 'x'.repeat(MAX_TEXT_LENGTH);
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
      Array.from({ length: 2000 }, (_, index) => `x${index}`),
    );
  return values;
}

/**
 * Returns the type of the first field of the path. Mutations that take the same type share its
 * cases.
 */
const typeAt = (field: RootField, { path }: InputLeaf): string =>
  getNamedType(inputTypeOf(field).getFields()[path.split('.')[0]!]!.type).name;
const mutationsTaking = (type: string): RootField[] =>
  mutations.filter((field) =>
    Object.values(inputTypeOf(field).getFields()).some(
      (each) => getNamedType(each.type).name === type,
    ),
  );

/**
 * Splits the values among the mutations that take the same type. With `TRY=all` each gets all of
 * them.
 */
function assignedValues(field: RootField, leaf: InputLeaf): unknown[] {
  const values = edgeValues(leaf);
  const sharing =
    isInputObjectType(apiSchema.getType(typeAt(field, leaf))) && !IS_FULL
      ? mutationsTaking(typeAt(field, leaf))
      : [field];
  return values.filter((_, index) => index % sharing.length === sharing.indexOf(field));
}

/** Null and arrays replace the whole list, not one item. */
const placeOf = (leaf: InputLeaf, value: unknown): InputLeaf =>
  Array.isArray(value) || value === null ? { ...leaf, path: leaf.path.replace(/\.0$/, '') } : leaf;

describe.each(mutations.map((field) => [field.name, field] as const))('%s', (name, field) => {
  const all = inputLeaves(inputTypeOf(field));

  test('values of the wrong type are refused with their path', async () => {
    const placed = all.flatMap((leaf) => wrongTypeValues(leaf).map((value) => ({ leaf, value })));
    const outcomes = await session.submit(field, singles(placed), await session.validInput(name));
    const isRefused = ({ payload, errors }: (typeof outcomes)[number]): boolean =>
      !payload && errors.some(({ extensions }) => extensions.code === 'BAD_USER_INPUT');
    expect(outcomes.filter((each) => !isRefused(each))).toEqual([]);
    expect(outcomes.flatMap(verdictsOf)).toEqual([]);
    expect(outcomes).toHaveLength(placed.length);
  });

  test('null, empty, oversized and unknown values are accepted or refused with their path', async () => {
    const placed = all.flatMap((leaf) =>
      assignedValues(field, leaf).map((value) => ({ leaf: placeOf(leaf, value), value })),
    );
    expect(await findVerdicts(session, field, placed)).toEqual([]);
  });

  test('texts beyond the documented limit are refused with their path', async () => {
    const placed = textLeaves(field).flatMap((leaf) => {
      const long = Math.min((limitOf(leaf) ?? 0) * 10, MAX_TEXT_LENGTH);
      return long > (limitOf(leaf) ?? MAX_TEXT_LENGTH) ? [{ leaf, value: 'x'.repeat(long) }] : [];
    });
    const outcomes = await session.submit(field, singles(placed));
    expect(outcomes.filter(isAccepted).map(({ what }) => what[0]!.leaf.path)).toEqual([]);
    expect(outcomes.flatMap(verdictsOf)).toEqual([]);
  });

  test('unknown fields are refused, not dropped', async () => {
    const keys = ['workspaceId', 'createdBy', 'isAdmin', 'constructor', 'toString', '__proto__'];
    const base = JSON.stringify(await session.validInput(name)).slice(1);
    const tries = keys.map((what) => ({
      what,
      size: 0,
      make: () => JSON.parse(`{ ${JSON.stringify(what)}: "x", ${base}`) as object,
    }));
    const token = session.desk.tokens[senderOf(name)];
    const outcomes = await sendAliased<string, Payload>(
      session.platform.url,
      token,
      mutationField(name, '__typename'),
      tries,
    );
    const refused = outcomes.filter(
      ({ payload, errors }) => !payload && errors[0]?.extensions.code === 'BAD_USER_INPUT',
    );
    expect(refused.map(({ what }) => what)).toEqual(keys);
  });
});
