import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { FAULTS } from '@deskgraph/common/errors';
import { newId } from '@deskgraph/common/id';
import type { Answer } from '@deskgraph/common/testing';
import { type Desk, type UserError, isLate, mutation, post } from './desk.ts';
import { ALL, NAUGHTY } from './naughty.ts';
import { type Platform, startPlatform } from './platform.ts';
import { MUTATIONS } from './rights/graph.ts';
import { isPaged, mutations, queries } from './schema.ts';
import { type Things, makeThings } from './things.ts';
import { until } from './until.ts';

let platform: Platform;
let desk: Desk;
let own: Things;
let foreign: Things;

beforeAll(async () => {
  platform = await startPlatform();
  desk = await platform.desk();
  const other = await platform.desk();
  [own, foreign] = await Promise.all([makeThings(desk, 'customer', 'EXTERNAL'), makeThings(other, 'customer', 'EXTERNAL')]);
}, 240_000);
afterAll(() => platform?.stop());

/** A place of an input where one value stands: `requester.email`, `history.0.at`. */
interface Leaf {
  path: string;
  field: GraphQLInputField;
  /** The type of the value, without list and `!`. */
  type: GraphQLNamedType;
}

function leaves(type: GraphQLInputObjectType, above: readonly string[] = []): Leaf[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const path = [...above, field.name, ...(isListType(getNullableType(field.type)) ? ['0'] : [])];
    if (!isInputObjectType(inner)) return [{ path: path.join('.'), field, type: inner }];
    return above.length < 3 ? leaves(inner, path) : [];
  });
}

const inputOf = (field: (typeof mutations)[number]): GraphQLInputObjectType => getNamedType(field.args[0]!.type) as GraphQLInputObjectType;

/** The least that is valid where an object has to be made on the way to a leaf. */
function least(type: GraphQLInputType): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) return [];
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner))
    return Object.fromEntries(
      Object.values(inner.getFields())
        .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
        .map((field) => [field.name, least(field.type)]),
    );
  return getNamedType(inner).name === 'DateTime' ? '2026-01-03T00:00:00Z' : 'a@b.example';
}

/** The input with one value set, or taken away where it is undefined. */
function having(input: object, type: GraphQLInputObjectType, path: string, value: unknown): object {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const field = type.getFields()[key]!;
  const inner = getNamedType(field.type);
  const given = (input as Record<string, unknown>)[key];
  if (rest.length === 0) return { ...input, [key]: value };
  if (rest[0] === '0') {
    if (rest.length === 1) return { ...input, [key]: [value] };
    const [first] = (given ?? []) as object[];
    return {
      ...input,
      [key]: [
        having(
          first ?? (least(inner as GraphQLInputObjectType) as object),
          inner as GraphQLInputObjectType,
          rest.slice(1).join('.'),
          value,
        ),
      ],
    };
  }
  return {
    ...input,
    [key]: having((given ?? least(inner as GraphQLInputObjectType)) as object, inner as GraphQLInputObjectType, rest.join('.'), value),
  };
}

type Payload = { userErrors: UserError[] } | null;
interface Verdict {
  path: string;
  value: unknown;
  fault: string;
}

/** What is wrong with how a value was taken; nothing when it was accepted, or refused in words that name its place. */
function judge(leaf: Leaf, value: unknown, payload: Payload, errors: Answer['errors'] = []): Verdict[] {
  const told = (fault: string): Verdict[] => [{ path: leaf.path, value: typeof value === 'string' ? value.slice(0, 60) : value, fault }];
  const wrong = errors.filter(
    ({ extensions }) => !(extensions.code in FAULTS) || ['INTERNAL', 'UNAVAILABLE', 'FORBIDDEN'].includes(extensions.code),
  );
  if (wrong.length) return told(JSON.stringify(wrong[0]));
  const words = leaf.path.split('.').filter((part) => part !== '0');
  if (errors.length) {
    const named = errors.some(({ message }) => words.some((word) => message.includes(word)));
    return named ? [] : told(`does not name the place: ${errors[0]!.message}`);
  }
  if (!payload) return told('neither a payload nor an error');
  const { userErrors } = payload;
  const place = `input.${leaf.path}`;
  const near = ({ field }: UserError): boolean => {
    const at = field?.join('.') ?? '';
    return at !== '' && (place.startsWith(at) || at.startsWith(place.replace(/\.0$/, '')));
  };
  // That the workspace is full says nothing of the value.
  const isFull = userErrors.every(({ code }) => code === 'LIMIT_REACHED');
  return userErrors.length === 0 || isFull || userErrors.some(near) ? [] : told(`does not name the place: ${JSON.stringify(userErrors)}`);
}

let times = 0;
/** Who uploads nothing sends no file. */
const withoutFiles = async (name: string): Promise<object> => {
  const { attachmentIds: _, ...rest } = (await MUTATIONS[name]!.input(own, 'reader', ++times, desk)) as Record<string, unknown>;
  return rest;
};
/** What is there already does; a workspace holds only so many of what would be made for each try. */
const SPARING: Record<string, (name: string) => object | Promise<object>> = {
  ticketCreate: withoutFiles,
  messageAdd: withoutFiles,
  messageRedact: () => ({ id: own.message.id }),
  cannedResponseUpdate: () => ({ id: own.canned.id }),
  accessRoleUpdate: () => ({ id: own.access.id }),
  macroUpdate: () => ({ id: own.macro.id }),
};
/** An app sends what apps may; what is for people only an agent. */
const senderOf = (name: string): 'partner' | 'agent' => (MUTATIONS[name]!.may.includes('partner') ? 'partner' : 'agent');
const fresh = (name: string): object | Promise<object> =>
  SPARING[name]?.(name) ?? MUTATIONS[name]!.input(own, senderOf(name), ++times, desk);

/** Runs with at most so many at once. */
async function each<T>(list: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = list.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

async function send(name: string, input: unknown): Promise<{ payload: Payload; errors: Answer['errors'] }> {
  const { status, answer } = await post<Record<string, Payload>>(platform.url, desk.tokens[senderOf(name)], mutation(name, '__typename'), {
    input,
  });
  if (status >= 500) throw new Error(`Status ${status}: ${JSON.stringify(answer)}`);
  return { payload: answer.data?.[name] ?? null, errors: answer.errors };
}

/** The limit that the description states, in characters. */
const limitOf = ({ field }: Leaf): number | undefined => {
  const [, size, unit] = /(?:at most|to|of) ([\d,]+) (characters|KiB)/.exec(field.description ?? '') ?? [];
  return size ? Number(size.replaceAll(',', '')) * (unit === 'KiB' ? 1024 : 1) : undefined;
};
const LARGEST = 200_000;

describe.each(mutations.map((field) => [field.name, field] as const))('%s', (name, field) => {
  const type = inputOf(field);

  test.each(leaves(type).map((leaf) => [leaf.path, leaf] as const))(
    '%s: what has not the shape of the schema is refused by name',
    async (path, leaf) => {
      const strange: unknown[] = [{ a: 1 }, [[1]], true, 1.5, ...(leaf.type === GraphQLInt ? ['1', 2 ** 31, 1e300] : [])];
      if (leaf.type !== GraphQLString && leaf.type !== GraphQLID) strange.push('no such value', '');
      if (leaf.type.name === 'Boolean') strange.splice(strange.indexOf(true), 1);
      if (leaf.type.name === 'Float') strange.splice(strange.indexOf(1.5), 1);
      if (leaf.type.name === 'JSON') strange.length = 0;
      if (isNonNullType(leaf.field.type))
        strange.push(null, ...(leaf.field.defaultValue === undefined && !path.endsWith('.0') ? [undefined] : []));
      const base = await fresh(name);
      await each(strange, 4, async (value) => {
        const { payload, errors } = await send(name, having(base, type, path, value));
        expect({ value, payload }).toEqual({ value, payload: null });
        expect(errors?.map(({ extensions }) => extensions.code)).toContain('BAD_USER_INPUT');
        expect(judge(leaf, value, payload, errors)).toEqual([]);
      });
      expect(base).toBeDefined();
    },
  );

  test('null, nothing, too much and ids of nothing are taken or refused by name', async () => {
    const verdicts: Verdict[] = [];
    await each(leaves(type), 6, async (leaf) => {
      const limit = limitOf(leaf);
      const values: unknown[] = isNonNullType(leaf.field.type) ? [] : [null];
      if (leaf.type === GraphQLString) values.push('', ' ', 'x'.repeat(LARGEST));
      if (leaf.type === GraphQLID)
        values.push(
          '',
          'x',
          'tkt_',
          'x'.repeat(LARGEST),
          '__proto__',
          newId('tkt'),
          own.message.id,
          foreign.ticket.id,
          foreign.customer.id,
          foreign.agent.id,
        );
      if (leaf.type === GraphQLInt) values.push(-1, 0, 2 ** 31 - 1, -(2 ** 31));
      if (isListType(getNullableType(leaf.field.type)))
        values.push(
          [],
          Array.from({ length: 2000 }, (_, at) => `x${at}`),
        );
      for (const value of values) {
        const path = Array.isArray(value) || value === null ? leaf.path.replace(/\.0$/, '') : leaf.path;
        const { payload, errors } = await send(name, having(await fresh(name), type, path, value));
        verdicts.push(...judge({ ...leaf, path }, value, payload, errors));
      }
      if (leaf.type !== GraphQLString || limit === undefined) return;
      const long = 'x'.repeat(Math.min(limit * 10, LARGEST));
      const { payload, errors } = await send(name, having(await fresh(name), type, leaf.path, long));
      verdicts.push(...judge(leaf, `${limit} × 10`, payload, errors));
      if (long.length > limit && !payload?.userErrors.length)
        verdicts.push({ path: leaf.path, value: long.length, fault: 'is not refused' });
    });
    expect(verdicts).toEqual([]);
  });

  test('unknown fields are refused, not dropped', async () => {
    const base = await fresh(name);
    for (const key of ['workspaceId', 'createdBy', 'isAdmin', 'constructor', 'toString', '__proto__']) {
      const input = JSON.parse(`{ ${JSON.stringify(key)}: "x", ${JSON.stringify(base).slice(1)}`) as object;
      const { payload, errors } = await send(name, input);
      expect({ key, payload }).toEqual({ key, payload: null });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

test('there are at least 500 strings that have broken programs', () => expect(ALL.length).toBeGreaterThanOrEqual(500));

const AT_ONCE = 3;
const CHANGES = 12;
/** Fewer, for a query has a second for all that it asks. */
const QUESTIONS = 4;

/** Several fields of one kind in one request, by aliases. */
function batch(
  kind: 'mutation' | 'query',
  name: string,
  argument: string,
  type: string,
  selection: string,
  values: readonly unknown[],
): [string, object] {
  const declared = values.map((_, at) => `$v${at}: ${type}`).join(', ');
  const fields = values.map((_, at) => `v${at}: ${name}(${argument.replace('*', `$v${at}`)}) { ${selection} }`).join(' ');
  return [`${kind} (${declared}) { ${fields} }`, Object.fromEntries(values.map((value, at) => [`v${at}`, value]))];
}

const batched = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

/** The strings are dealt out among so many places; what no database can hold, and what search and objects treat in their own way, goes to each. */
const dealt = (turn: number, places: number): string[] => [
  ...ALL.filter((_, at) => at % places === turn % places),
  ...(places > 1 ? ['unstorable', 'search', 'property'].flatMap((name) => NAUGHTY[name]!) : []),
];

const textsOf = (field: (typeof mutations)[number]): Leaf[] => leaves(inputOf(field)).filter((leaf) => leaf.type === GraphQLString);

describe('strings that have broken programs', () => {
  test.each(mutations.filter((field) => textsOf(field).length > 0).map((field) => [field.name, field] as const))(
    '%s takes them in its texts, or refuses them by name',
    async (name, field) => {
      const type = inputOf(field);
      const verdicts: Verdict[] = [];
      const pairs = textsOf(field).flatMap((leaf, turn, all) => dealt(turn, all.length).map((value) => ({ leaf, value })));
      await each(batched(pairs, CHANGES), AT_ONCE, async (some) => {
        const inputs = await Promise.all(some.map(async ({ leaf, value }) => having(await fresh(name), type, leaf.path, value)));
        const [text, variables] = batch('mutation', name, 'input: *', `${type.name}!`, 'userErrors { code field }', inputs);
        const { status, answer } = await post<Record<string, Payload>>(platform.url, desk.tokens[senderOf(name)], text, variables);
        if (status >= 500) throw new Error(`Status ${status}`);
        some.forEach(({ leaf, value }, at) => {
          const errors = answer.errors?.filter(({ path }) => !path || path[0] === `v${at}`);
          verdicts.push(...judge(leaf, value, answer.data?.[`v${at}`] ?? null, errors));
        });
      });
      expect(verdicts.slice(0, 20)).toEqual([]);
    },
    120_000,
  );

  /** Every place in the arguments of a query that takes text; but `notIn`, which finds everything. */
  const places = queries.flatMap((field) =>
    field.args.flatMap((argument) => {
      const type = getNamedType(argument.type);
      if (type === GraphQLString || type === GraphQLID) return [{ name: field.name, argument: argument.name, path: '' }];
      if (!isInputObjectType(type) || argument.name === 'period') return [];
      return leaves(type)
        .filter((leaf) => (leaf.type === GraphQLString || leaf.type === GraphQLID) && !/^(and|or|not)\b|\.notIn\b/.test(leaf.path))
        .map((leaf) => ({ name: field.name, argument: argument.name, path: leaf.path }));
    }),
  );

  test.each(places.map((place, turn) => Object.assign(place, { turn })))(
    '$name($argument $path) finds nothing, or refuses it',
    async ({ name, argument, path, turn }) => {
      const field = queries.find((each) => each.name === name)!;
      const taken = field.args.find((each) => each.name === argument)!;
      const others: Record<string, string> = {
        articleSearch: argument === 'query' ? '' : 'query: "a"',
        ticketReport: 'by: [], measures: [CREATED], period: { last: "P1D" }',
        article: argument === 'slug' ? `knowledgeBaseId: "${own.base.id}"` : argument === 'knowledgeBaseId' ? 'slug: "a"' : '',
      };
      const faults: unknown[] = [];
      await each(batched(dealt(turn, 6), QUESTIONS), 3, async (strings) => {
        const isList = isListType(getNullableType(taken.type));
        const values = strings.map((value) =>
          path ? having({}, getNamedType(taken.type) as GraphQLInputObjectType, path, value) : isList ? [value] : value,
        );
        const [text, variables] = batch(
          'query',
          name,
          `${argument}: * ${others[name] ?? ''} ${argument !== 'first' && isPaged(field) ? 'first: 1' : ''}`,
          String(taken.type),
          '__typename',
          values,
        );
        await until(`answers of ${name}`, async () => {
          const { status, answer } = await post(platform.url, desk.tokens.partner, text, variables);
          if (isLate(answer)) return false;
          const wrong = answer.errors?.filter(({ extensions }) => !['BAD_USER_INPUT', 'NOT_FOUND'].includes(extensions.code)) ?? [];
          if (status >= 500 || wrong.length)
            faults.push({ status, wrong: wrong[0], strings: wrong.map((each) => strings[Number(String(each.path?.[0]).slice(1))]) });
          return true;
        });
      });
      expect(faults.slice(0, 5)).toEqual([]);
    },
  );
});

test('what was taken stands as it was written', async () => {
  const strings = ALL.filter((value) => value.trim() && value.length <= 200).filter((_, at) => at % 4 === 0);
  let kept = 0;
  await each(strings, 6, async (value) => {
    const input = { name: value, kind: 'CUSTOMER' };
    const { customer, userErrors } = await desk.change<{ customer: { name: string } | null }>(
      'partner',
      'customerCreate',
      input,
      'customer { name }',
    );
    if (userErrors.length) return;
    kept++;
    expect(customer!.name).toBe(value.trim());
  });
  expect(kept).toBeGreaterThan(50);
});

test('after all that every process is the one that was started, and well', async () => {
  const servers = [platform.gateway, ...Object.values(platform.services)];
  const ready = await Promise.all(servers.map((each) => each.isReady()));
  expect(ready).toEqual(servers.map(() => true));
  const { tickets } = await desk.data<{ tickets: { totalCount: number } }>('admin', '{ tickets { totalCount } }');
  expect(tickets.totalCount).toBeGreaterThan(0);
});
