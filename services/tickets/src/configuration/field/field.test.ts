import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import fc from 'fast-check';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface FieldView {
  id: string;
  key: string;
  label: string;
  kind: string;
  options: string[];
  pattern: string | null;
  version: number;
}
const FIELD = 'id key label kind options pattern visibleToRequester editableByRequester version';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const attemptCreate = (input: object) =>
  mutate(desk, desk.admin, 'ticketFieldCreate', input, `ticketField { ${FIELD} }`);
const fieldOf = (payload: Result): FieldView => {
  expect(codes(payload)).toEqual([]);
  return payload['ticketField'] as FieldView;
};
const define = async (key: string, more: object = {}): Promise<FieldView> =>
  fieldOf(await attemptCreate({ key, label: key, kind: 'TEXT', ...more }));
const update = (input: object) =>
  mutate(desk, desk.admin, 'ticketFieldUpdate', input, `ticketField { ${FIELD} }`);
const remove = (input: object) => mutate(desk, desk.admin, 'ticketFieldDelete', input, 'deletedId');
const fill = (id: string, fields: object[], actor: Actor = desk.agent) =>
  mutate(desk, actor, 'ticketUpdate', { id, fields });

interface Change {
  field: string;
  from: unknown;
  to: unknown;
}
interface Ticket {
  id: string;
  version: number;
  updatedAt: string;
  fields: { key: string; value: unknown; text: string }[];
  timeline: { nodes: { type: string; changes: Change[] }[] };
}
const TICKET =
  'id version updatedAt fields { fieldId key value text } timeline { nodes { type changes { field from to } } }';
const ticketOf = async (id: string, actor: Actor = desk.agent, language = ''): Promise<Ticket> => {
  const query = `query ($id: ID!) { ticket(id: $id) { ${TICKET} } }`;
  const { data } = await service.query<{ ticket: Ticket }>(
    actor,
    query,
    { id },
    { 'accept-language': language },
  );
  return data!.ticket;
};
const valuesOf = ({ fields }: Ticket): Record<string, unknown> =>
  Object.fromEntries(fields.map(({ key, value }) => [key, value]));
const findTickets = async (filter: object, actor: Actor = desk.agent): Promise<string[]> => {
  const { tickets } = await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
    actor,
    'query ($filter: TicketFilter) { tickets(filter: $filter, orderBy: [{ field: NUMBER }]) { nodes { id } } }',
    { filter },
  );
  return tickets.nodes.map(({ id }) => id);
};

describe('custom fields', () => {
  test('are created, changed and deleted by administrators; each refusal is at the invalid field', async () => {
    const size = await define('shoe_size', { kind: 'NUMBER', label: 'Shoe size' });
    expect(size).toMatchObject({
      key: 'shoe_size',
      kind: 'NUMBER',
      label: 'Shoe size',
      options: [],
      pattern: null,
      version: 1,
    });
    const invalid: [object, string][] = [
      [{ key: 'shoe_size' }, 'TAKEN input.key'],
      [{ key: 'Shoe' }, 'INVALID input.key'],
      [{ key: '__proto__' }, 'INVALID input.key'],
      [{ label: ' ' }, 'REQUIRED input.label'],
      [{ kind: 'CHOICE' }, 'REQUIRED input.options'],
      [{ kind: 'CHOICE', options: ['a', 'A'] }, 'TAKEN input.options'],
      [
        { kind: 'CHOICES', options: Array.from({ length: 101 }, (_, n) => `${n}`) },
        'TOO_LONG input.options',
      ],
      [{ options: ['a'] }, 'INVALID input.options'],
      [{ kind: 'PATTERN' }, 'REQUIRED input.pattern'],
      [{ pattern: 'a' }, 'INVALID input.pattern'],
      [{ kind: 'PATTERN', pattern: '(a' }, 'INVALID input.pattern'],
      [{ kind: 'PATTERN', pattern: String.raw`(a)\1` }, 'INVALID input.pattern'],
      [{ kind: 'PATTERN', pattern: '((a{100}){100}){100}' }, 'INVALID input.pattern'],
      [{ editableByRequester: true }, 'INVALID input.editableByRequester'],
    ];
    for (const [input, code] of invalid)
      expect([
        input,
        codes(await attemptCreate({ key: 'another', label: 'A', kind: 'TEXT', ...input })),
      ]).toEqual([input, [code]]);
    const renamed = fieldOf(await update({ id: size.id, label: 'Size', expectedVersion: 1 }));
    expect(renamed).toMatchObject({ label: 'Size', version: 2 });
    expect(codes(await update({ id: size.id, label: 'Other', expectedVersion: 1 }))).toEqual([
      'CONFLICT input.expectedVersion',
    ]);
    expect(codes(await update({ id: size.id, label: null }))).toEqual(['REQUIRED input.label']);
    expect(codes(await update({ id: size.id, options: ['a'] }))).toEqual(['INVALID input.options']);
    expect(codes(await update({ id: 'fld_made_up', label: 'A' }))).toEqual(['NOT_FOUND input.id']);
    expect((await remove({ id: size.id }))['deletedId']).toBe(size.id);
    expect(codes(await remove({ id: size.id }))).toEqual(['NOT_FOUND input.id']);
    await define('shoe_size');
  });

  test('a workspace has at most 100', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => define(`field_${n}`)));
    expect(codes(await attemptCreate({ key: 'more', label: 'More', kind: 'TEXT' }))).toEqual([
      'LIMIT_REACHED undefined',
    ]);
  });

  test('a pattern is matched in linear time, whatever the value', async () => {
    const field = await define('code', { kind: 'PATTERN', pattern: '(a+)+b' });
    const { id } = await desk.ticket();
    const cpuBefore = process.cpuUsage();
    expect(codes(await fill(id, [{ fieldId: field.id, value: 'a'.repeat(255) }]))).toEqual([
      'INVALID input.fields.code',
    ]);
    expect(process.cpuUsage(cpuBefore).user / 1000).toBeLessThan(1000);
    expect(codes(await fill(id, [{ fieldId: field.id, value: 'xab' }]))).toEqual([
      'INVALID input.fields.code',
    ]);
    expect(codes(await fill(id, [{ fieldId: field.id, value: 'aab' }]))).toEqual([]);
  });

  test('values are validated together, changed independently and cleared by null; the timeline lists the changes', async () => {
    const size = await define('size', { kind: 'NUMBER' });
    const color = await define('color', { kind: 'CHOICE', options: ['red', 'blue'] });
    const { id } = await desk.ticket();
    const invalid = [
      { fieldId: size.id, value: 'big' },
      { fieldId: color.id, value: 'green' },
      { fieldId: 'fld_made_up', value: 1 },
    ];
    expect(codes(await fill(id, invalid))).toEqual([
      'INVALID input.fields.size',
      'INVALID input.fields.color',
      'NOT_FOUND input.fields.2.fieldId',
    ]);
    expect(
      codes(
        await fill(id, [
          { fieldId: size.id, value: 1 },
          { fieldId: size.id, value: 2 },
        ]),
      ),
    ).toEqual(['TAKEN input.fields.size']);
    expect(
      codes(
        await fill(id, [
          { fieldId: size.id, value: 42 },
          { fieldId: color.id, value: 'red' },
        ]),
      ),
    ).toEqual([]);
    expect(codes(await fill(id, [{ fieldId: size.id, value: null }]))).toEqual([]);
    expect(codes(await fill(id, [{ fieldId: color.id, value: 'red' }]))).toEqual([]);
    const ticket = await ticketOf(id);
    expect(valuesOf(ticket)).toEqual({ color: 'red' });
    const changes = ticket.timeline.nodes
      .filter(({ type }) => type === 'ticket.updated')
      .map((event) => event.changes);
    expect(changes).toEqual([
      expect.arrayContaining([
        { field: 'field:size', from: null, to: 42 },
        { field: 'field:color', from: null, to: 'red' },
      ]),
      [{ field: 'field:size', from: 42, to: null }],
    ]);
    await update({ id: color.id, options: ['blue'] });
    await remove({ id: size.id });
    expect(valuesOf(await ticketOf(id))).toEqual({ color: 'red' });
    expect(codes(await fill(id, [{ fieldId: size.id, value: 1 }]))).toEqual([
      'NOT_FOUND input.fields.0.fieldId',
    ]);
  });

  test('values are formatted in the language of the caller', async () => {
    const fields = await Promise.all([
      define('a', { kind: 'NUMBER' }),
      define('b', { kind: 'CHECKBOX' }),
      define('c', { kind: 'DATE' }),
      define('d', { kind: 'CHOICES', options: ['x', 'y'] }),
    ]);
    const { id } = await desk.ticket();
    const values = [1234.5, true, '2026-11-30', ['y', 'x']];
    expect(
      codes(
        await fill(
          id,
          fields.map((field, index) => ({ fieldId: field.id, value: values[index] })),
        ),
      ),
    ).toEqual([]);
    const texts = async (language: string) =>
      (await ticketOf(id, desk.agent, language)).fields.map(({ text }) => text);
    expect(await texts('')).toEqual(['1,234.5', 'Yes', 'Nov 30, 2026', 'x and y']);
    expect((await texts('pt'))[1]).toBe('Sim');
    expect((await texts('*, no language, pt;q=0.5'))[1]).toBe('Sim');
  });

  test('requesters fill editable fields, see visible fields, and can’t detect other fields in any way', async () => {
    const secret = await define('secret');
    const shown = await define('shown', { visibleToRequester: true });
    const own = await define('own', { visibleToRequester: true, editableByRequester: true });
    const createTicket = (fields: object[]) =>
      mutate(
        desk,
        desk.customer,
        'ticketCreate',
        { subject: 'A', body: 'B', fields },
        'ticket { id }',
      );
    expect(codes(await createTicket([{ fieldId: secret.id, value: 'a' }]))).toEqual([
      'NOT_FOUND input.fields.0.fieldId',
    ]);
    expect(codes(await createTicket([{ fieldId: shown.id, value: 'a' }]))).toEqual([
      'FORBIDDEN input.fields.shown',
    ]);
    const { id } = (await createTicket([{ fieldId: own.id, value: 'mine' }]))['ticket'] as {
      id: string;
    };
    const before = await ticketOf(id, desk.customer);
    await fill(id, [{ fieldId: secret.id, value: 'secret value' }]);
    expect(await ticketOf(id, desk.customer)).toEqual(before);
    await fill(id, [
      { fieldId: secret.id, value: 'second secret value' },
      { fieldId: shown.id, value: 'public value' },
    ]);
    const after = await ticketOf(id, desk.customer);
    expect(valuesOf(after)).toEqual({ own: 'mine', shown: 'public value' });
    expect(after.timeline.nodes.at(-1)).toMatchObject({
      changes: [{ field: 'field:shown', from: null, to: 'public value' }],
    });
    expect(JSON.stringify(after)).not.toContain('secret value');
    const { ticketFields } = await desk.ask<{ ticketFields: FieldView[] }>(
      desk.customer,
      '{ ticketFields { key } }',
    );
    expect(ticketFields.map(({ key }) => key)).toEqual(['own', 'shown']);
    expect(
      await desk.ask(desk.customer, 'query ($id: ID!) { node(id: $id) { id } }', { id: secret.id }),
    ).toEqual({ node: null });
    for (const text of [{ eq: 'second secret value' }, { isNull: true }, { isNull: false }]) {
      expect(await findTickets({ field: [{ fieldId: secret.id, text }] }, desk.customer)).toEqual(
        [],
      );
      expect(
        await findTickets({ not: { field: [{ fieldId: secret.id, text }] } }, desk.customer),
      ).toEqual([id]);
    }
    expect(
      await findTickets(
        { field: [{ fieldId: shown.id, text: { eq: 'PUBLIC VALUE' } }] },
        desk.customer,
      ),
    ).toEqual([id]);
    await update({ id: shown.id, visibleToRequester: false });
    const later = await ticketOf(id, desk.customer);
    expect(valuesOf(later)).toEqual({ own: 'mine' });
    expect(JSON.stringify(later)).not.toContain('public value');
  });

  test('filters support values of each kind; a condition with two kinds is refused', async () => {
    const size = await define('size', { kind: 'NUMBER' });
    const due = await define('due', { kind: 'DATE' });
    const { id } = await desk.ticket();
    const { id: other } = await desk.ticket();
    await fill(id, [
      { fieldId: size.id, value: 4.5 },
      { fieldId: due.id, value: '2026-11-30' },
    ]);
    await fill(other, [{ fieldId: size.id, value: 7 }]);
    expect(
      await findTickets({ field: [{ fieldId: size.id, number: { gte: 4.25, lte: 5 } }] }),
    ).toEqual([id]);
    expect(
      await findTickets({
        field: [
          { fieldId: due.id, date: { gte: '2026-11-29T12:00:00Z', lt: '2026-11-30T00:00:01Z' } },
        ],
      }),
    ).toEqual([id]);
    expect(await findTickets({ field: [{ fieldId: due.id, date: { isNull: true } }] })).toEqual([
      other,
    ]);
    const ambiguous = { field: [{ fieldId: size.id, number: { eq: 1 }, checked: true }] };
    const { errors } = await desk.answer(
      desk.agent,
      'query ($f: TicketFilter) { tickets(filter: $f) { nodes { id } } }',
      { f: ambiguous },
    );
    expect(errors?.[0]?.extensions?.['reason']).toBe('INVALID');
  });

  test('a page of tickets with values takes as many statements as a single ticket', async () => {
    const fields = await Promise.all(['a', 'b', 'c'].map((key) => define(key)));
    const query =
      '{ tickets(first: 50) { nodes { fields { key text } timeline { nodes { changes { field } } } } } }';
    const createFilledTicket = async (): Promise<void> => {
      const { id } = await desk.ticket();
      await fill(
        id,
        fields.map((field) => ({ fieldId: field.id, value: 'x' })),
      );
    };
    await createFilledTicket();
    const statements = await countStatements(() => desk.ask(desk.agent, query));
    for (let n = 0; n < 5; n++) await createFilledTicket();
    expect((await countStatements(() => desk.ask(desk.agent, query))).length).toBe(
      statements.length,
    );
  });

  test('a value is accepted exactly when it is valid for the field, and is returned unchanged', async () => {
    const options = ['one', 'Two', 'élan', '三'];
    const kinds: Record<
      string,
      { more?: object; accepts: (value: unknown) => boolean; stored?: (value: never) => unknown }
    > = {
      text: {
        accepts: (value) =>
          typeof value === 'string' && value.trim().length <= 255 && !/[\r\n]/.test(value.trim()),
        stored: (value: string) => value.trim() || null,
      },
      long_text: {
        accepts: (value) => typeof value === 'string' && value.trim().length <= 4000,
        stored: (value: string) => value.trim() || null,
      },
      number: { accepts: (value) => typeof value === 'number' && Math.abs(value) <= 1e15 },
      checkbox: { accepts: (value) => typeof value === 'boolean' },
      date: {
        accepts: (value) =>
          typeof value === 'string' && ['2026-11-30', '2024-02-29'].includes(value),
      },
      choice: { more: { options }, accepts: (value) => options.includes(value as string) },
      choices: {
        more: { options },
        accepts: (value) =>
          Array.isArray(value) && value.every((choice) => options.includes(choice)),
        stored: (value: string[]) =>
          value.length ? options.filter((option) => value.includes(option)) : null,
      },
      pattern: {
        more: { pattern: '[a-z]{2,3}' },
        accepts: (value) =>
          typeof value === 'string' && (!value.trim() || /^[a-z]{2,3}$/.test(value.trim())),
        stored: (value: string) => value.trim() || null,
      },
    };
    const ids = new Map<string, string>();
    for (const [key, { more }] of Object.entries(kinds))
      ids.set(key, (await define(key, { kind: key.toUpperCase(), ...more })).id);
    const { id } = await desk.ticket();
    const values = fc.oneof(
      fc.constantFrom(
        '2026-11-30',
        '2024-02-29',
        '2026-02-29',
        '2026-13-01',
        '0000-01-01',
        'ab',
        'abcd',
        ' ab ',
        '',
        ' ',
        'two\nlines',
        ...options,
      ),
      fc.constantFrom<unknown>(
        'x'.repeat(255),
        'x'.repeat(256),
        'x'.repeat(4000),
        'x'.repeat(4001),
        0,
        -0,
        1e15,
        1e16,
        0.1,
        {},
        [['one']],
        [1],
      ),
      fc.subarray(options),
      fc.array(fc.constantFrom(...options, 'nothing'), { maxLength: 4 }),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ids.keys()), values, async (key, value) => {
        const { accepts, stored = (input: unknown) => input } = kinds[key]!;
        const storable = !(typeof value === 'string' && value.includes('\u0000'));
        const refused = codes(await fill(id, [{ fieldId: ids.get(key)!, value: null }]));
        expect(refused).toEqual([]);
        const answer = codes(await fill(id, [{ fieldId: ids.get(key)!, value }]));
        expect(answer.length === 0).toBe(storable && accepts(value));
        const expected = answer.length ? null : stored(value as never);
        expect(valuesOf(await ticketOf(id))[key] ?? null).toEqual(
          Object.is(expected, -0) ? 0 : expected,
        );
      }),
      { numRuns: 150 },
    );
  });
});
