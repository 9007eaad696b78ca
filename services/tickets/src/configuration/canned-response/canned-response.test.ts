import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import { type TestClient, appActor, countStatements } from '@deskgraph/common/testing/client';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';
import { renderTemplate } from './template.ts';
import { EXAMPLE_VALUES } from './values.ts';

let service: TestClient;
let desk: Desk;
let member: Actor;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
  member = { ...desk.agent, departments: [desk.departmentId] };
});
afterAll(() => service.stop());

interface CannedView {
  id: string;
  title: string;
  shortcut: string | null;
  body: string;
  version: number;
  department: { id: string } | null;
}
const CANNED = 'id title shortcut body version department { id }';

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const create = (actor: Actor, input: object = {}) =>
  mutate(
    desk,
    actor,
    'cannedResponseCreate',
    { title: 'Refund', body: 'Hello {{requester.name}}', ...input },
    `cannedResponse { ${CANNED} }`,
  );
const update = (actor: Actor, input: object) =>
  mutate(desk, actor, 'cannedResponseUpdate', input, `cannedResponse { ${CANNED} }`);
const remove = (actor: Actor, id: string) =>
  mutate(desk, actor, 'cannedResponseDelete', { id }, 'deletedId');
const cannedOf = (payload: Result): CannedView => {
  expect(codes(payload)).toEqual([]);
  return payload['cannedResponse'] as CannedView;
};
const titles = async (actor: Actor, text?: string): Promise<string[]> =>
  (
    await desk.ask<{ cannedResponses: { title: string }[] }>(
      actor,
      'query ($text: String) { cannedResponses(text: $text) { title } }',
      {
        text,
      },
    )
  ).cannedResponses.map(({ title }) => title);
const rendered = async (id: string, ticketId: string, actor = desk.agent): Promise<string | null> =>
  (
    await desk.ask<{ node: { render: string | null } }>(
      actor,
      'query ($id: ID!, $ticketId: ID!) { node(id: $id) { ... on CannedResponse { render(ticketId: $ticketId) } } }',
      { id, ticketId },
    )
  ).node.render;

test('a canned response is rendered for a ticket, in the language of its requester', async () => {
  const { id: ticketId, number } = await desk.ticket({
    locale: 'pt-PT',
    departmentId: desk.departmentId,
    product: 'Kettle',
  });
  const body =
    '{{requester.name}} {{ticket.number}} {{ticket.subject}} {{ticket.product}} {{agent.name}} {{department.name}} {{workspace.name}}';
  const { id } = cannedOf(await create(desk.lead, { body, shortcut: ' /Refund ' }));
  const { cannedResponses } = await desk.ask<{ cannedResponses: CannedView[] }>(
    desk.agent,
    `{ cannedResponses { ${CANNED} } }`,
  );
  expect(cannedResponses).toMatchObject([
    { id, shortcut: '/refund', body, version: 1, department: null },
  ]);
  expect(await rendered(id, ticketId)).toBe(
    `Marta ${number} Where is my parcel? Kettle Ana Sales Desk`,
  );
  await update(desk.lead, { id, bodies: { pt: 'Olá {{requester.name}}', 'ZH-hant': '您好' } });
  expect(await rendered(id, ticketId)).toBe('Olá Marta');
  expect(await rendered(id, newId('tkt'))).toBeNull();
  const bodyIn = async (locale: string): Promise<unknown> =>
    desk.ask(
      desk.agent,
      'query ($id: ID!, $locale: Locale) { node(id: $id) { ... on CannedResponse { body(locale: $locale) } } }',
      {
        id,
        locale,
      },
    );
  expect(await bodyIn('zh-hant-TW')).toEqual({ node: { body: '您好' } });
  expect(await bodyIn('sl')).toEqual({ node: { body } });
});

test('without a requester language the default language is used; dates are in the time zone of the workspace', async () => {
  const { id } = cannedOf(
    await create(desk.lead, {
      body: 'For all, {{ticket.createdAt}}',
      bodies: { sl: 'Pozdravljeni, {{ticket.createdAt}}' },
    }),
  );
  const made = await mutate(
    desk,
    desk.partner,
    'ticketImport',
    {
      externalId: 'new year',
      subject: 'a',
      body: 'b',
      requester: { email: 'new@year.example' },
      createdAt: '2025-12-31T23:30:00Z',
    },
    'ticket { id }',
  );
  const ticketId = (made['ticket'] as { id: string }).id;
  expect(await rendered(id, ticketId)).toBe('For all, 2025-12-31');
  const set = (input: object) =>
    mutate(desk, desk.admin, 'settingsUpdate', input, 'settings { timeZone locales }');
  expect(await set({ timeZone: 'Europe/Ljubljana', locales: ['sl-si', 'en', 'sl-SI'] })).toEqual({
    settings: { timeZone: 'Europe/Ljubljana', locales: ['sl-SI', 'en'] },
    userErrors: [],
  });
  expect(await rendered(id, ticketId)).toBe('Pozdravljeni, 2026-01-01');
  expect(codes(await set({ locales: [] }))).toEqual(['INVALID input.locales']);
  expect(codes(await set({ timeZone: null }))).toEqual(['REQUIRED input.timeZone']);
  await set({ timeZone: 'UTC', locales: ['en'] });
});

test('values are escaped, whatever the name of a customer contains', async () => {
  const { id } = cannedOf(await create(desk.lead, { body: 'Hello {{requester.name}}!' }));
  const name = '[click](https://evil.example) {{agent.name}} <img src=x onerror=alert(1)> **x**';
  const created = await mutate(
    desk,
    desk.partner,
    'ticketCreate',
    { subject: 'a', body: 'b', requester: { email: 'a@b.example', name } },
    'ticket { id }',
  );
  const text = (await rendered(id, (created['ticket'] as { id: string }).id))!;
  expect(text).toBe(
    String.raw`Hello \[click\](https://evil.example) \{\{agent.name\}\} \<img src=x onerror=alert(1)\> \*\*x\*\*!`,
  );
});

test('variables are filled in messages of agents; other syntax, and messages of others, stay unchanged', async () => {
  const { id } = await desk.ticket();
  const sent = async (actor: Actor, body: string): Promise<string> => {
    const input = {
      ticketId: id,
      visibility: 'PUBLIC',
      body,
      ...(actor.kind === 'agent' && { override: true }),
    };
    const { message } = await mutate(desk, actor, 'messageAdd', input, 'message { text }');
    return (message as { text: string }).text;
  };
  expect(await sent(desk.agent, 'Hello {{requester.name}}, {{ ticket.number }}')).toBe(
    'Hello Marta, 1',
  );
  for (const body of [
    '{{ secret.key }} {% for i in (1..9) %}',
    '{{ ticket.constructor }} {{requester.nothing}}',
    '{{ requester.name | upcase }}',
  ])
    expect(await sent(desk.agent, body)).toBe(body);
  for (const actor of [desk.customer, desk.partner])
    expect(await sent(actor, '{{requester.name}}')).toBe('{{requester.name}}');
  expect(
    codes(await reply(desk, desk.agent, id, { body: '{{ticket.subject}}'.repeat(3_600) })),
  ).toEqual(['TOO_LONG input.body']);
});

test('a template that can’t be rendered is refused when it is saved, naming the line', async () => {
  const message = async (input: object): Promise<unknown> => {
    const answer = await desk.answer<{ cannedResponseCreate: { userErrors: object[] } }>(
      desk.lead,
      'mutation ($input: CannedResponseCreateInput!) { cannedResponseCreate(input: $input) { userErrors { code field message } } }',
      { input: { title: 'x', body: 'y', ...input } },
    );
    return answer.data!.cannedResponseCreate.userErrors;
  };
  const invalid = (text: string, field = ['input', 'body']): unknown => [
    { code: 'TEMPLATE_INVALID', field, message: expect.stringContaining(text) },
  ];
  expect(await message({ body: 'one\n\n{{ requester.name | shout }}' })).toEqual(
    invalid('Line 3: undefined filter: shout'),
  );
  expect(await message({ body: 'one\n{% if %}' })).toEqual(invalid('Line 2: '));
  expect(await message({ body: '{{ requester.name' })).toEqual(invalid('Line 1: '));
  expect(await message({ body: '{% include "/etc/passwd" %}' })).toEqual(invalid('Line 1: '));
  expect(await message({ bodies: { sl: '{% nothing %}' } })).toEqual(
    invalid('Line 1: ', ['input', 'bodies', 'sl']),
  );
});

describe('hostile templates', () => {
  const doubling = `{% assign a = "xxxxxxxxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`;
  test.each([
    ['a loop', '{% for i in (1..1000000000) %}x{% endfor %}'],
    [
      'loops in loops',
      '{% for a in (1..9999) %}{% for b in (1..9999) %}{% for c in (1..9999) %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['a doubling text', doubling],
    ['a long replacement', `{% assign a = "${'x'.repeat(9_000)}" %}{{ a | replace: "x", a }}`],
    ['a file', '{% render "../../package.json" %}'],
  ])('%s is stopped within half a second of CPU time', (_, template) => {
    const cpuBefore = process.cpuUsage();
    expect(() => renderTemplate(template, EXAMPLE_VALUES, ['input', 'body'])).toThrow(Refusal);
    expect(process.cpuUsage(cpuBefore).user / 1000).toBeLessThan(500);
  });

  test.each([
    'requester.constructor',
    'requester.__proto__',
    'requester.name.constructor.constructor',
    'ticket.toString',
    'process.env',
    'global',
  ])('{{ %s }} renders as nothing', (path) =>
    expect(renderTemplate(`[{{ ${path} }}]`, EXAMPLE_VALUES, [])).toBe('[]'),
  );
});

test('invalid values are refused at the field that has them', async () => {
  const { id } = cannedOf(await create(desk.lead, { shortcut: '/one' }));
  const { id: second } = cannedOf(await create(desk.lead, { shortcut: '/two' }));
  const refused = async (input: object): Promise<string[]> => codes(await create(desk.lead, input));
  expect(await refused({ title: ' ' })).toEqual(['REQUIRED input.title']);
  expect(await refused({ body: 'x'.repeat(16_385) })).toEqual(['TOO_LONG input.body']);
  expect(await refused({ shortcut: 'refund' })).toEqual(['INVALID input.shortcut']);
  expect(await refused({ shortcut: '/ONE' })).toEqual(['TAKEN input.shortcut']);
  expect(await refused({ bodies: { '!': 'x' } })).toEqual(['INVALID input.bodies.!']);
  expect(await refused({ bodies: ['x'] })).toEqual(['INVALID input.bodies']);
  expect(await refused({ departmentId: newId('dep') })).toEqual(['NOT_FOUND input.departmentId']);
  expect(codes(await update(desk.lead, { id: second, shortcut: '/one' }))).toEqual([
    'TAKEN input.shortcut',
  ]);
  expect(codes(await update(desk.lead, { id, title: null }))).toEqual(['REQUIRED input.title']);
  expect(codes(await update(desk.lead, { id, title: 'x', expectedVersion: 2 }))).toEqual([
    'CONFLICT input.expectedVersion',
  ]);
  expect(cannedOf(await update(desk.lead, { id, title: 'x', shortcut: null }))).toMatchObject({
    shortcut: null,
    version: 2,
  });
  expect(await remove(desk.lead, id)).toMatchObject({ deletedId: id });
  expect(codes(await remove(desk.lead, id))).toEqual(['NOT_FOUND input.id']);
});

test('those of a department are read and changed by its agents; those for all departments are changed by leads', async () => {
  const other = newId('dep');
  expect(codes(await create(desk.agent))).toEqual(['FORBIDDEN input.departmentId']);
  expect(codes(await create(desk.agent, { departmentId: desk.departmentId }))).toEqual([
    'FORBIDDEN input.departmentId',
  ]);
  const { id } = cannedOf(
    await create(member, { title: 'department', departmentId: desk.departmentId }),
  );
  const { id: all } = cannedOf(await create(desk.lead, { title: 'all' }));
  expect(await titles(member)).toEqual(['all', 'department']);
  expect(await titles(desk.agent)).toEqual(['all']);
  expect(await titles(desk.admin)).toEqual(['all', 'department']);
  expect(await titles({ ...appActor(desk.workspace), departments: [other] })).toEqual(['all']);
  expect(await titles(desk.admin, 'PART')).toEqual(['department']);
  expect(await titles(desk.admin, '%')).toEqual([]);
  expect(codes(await update(desk.agent, { id, title: 'x' }))).toEqual(['NOT_FOUND input.id']);
  expect(codes(await update(member, { id: all, title: 'x' }))).toEqual(['FORBIDDEN input.id']);
  expect(codes(await update(member, { id, departmentId: null }))).toEqual([
    'FORBIDDEN input.departmentId',
  ]);
  expect(cannedOf(await update(member, { id, title: 'x' })).department).toEqual({
    id: desk.departmentId,
  });
  for (const actor of [desk.light, desk.customer]) {
    expect(
      (await desk.answer(actor, '{ cannedResponses { id } }')).errors?.[0]?.extensions.code,
    ).toBe('FORBIDDEN');
    expect(await desk.ask(actor, 'query ($id: ID!) { node(id: $id) { id } }', { id: all })).toEqual(
      { node: null },
    );
  }
  const foreign = await openDesk(service);
  expect(
    (await foreign.ask<{ cannedResponses: object[] }>(foreign.admin, '{ cannedResponses { id } }'))
      .cannedResponses,
  ).toEqual([]);
});

test('rendering many for one ticket takes as many statements as rendering one', async () => {
  const { id: ticketId } = await desk.ticket();
  const ask = async (): Promise<number> => {
    const statements = await countStatements(() =>
      desk.ask(
        desk.agent,
        'query ($ticketId: ID!) { cannedResponses { title department { id } render(ticketId: $ticketId) } }',
        {
          ticketId,
        },
      ),
    );
    return statements.filter((statement) =>
      /canned_response|ticket t|workspace w|department/.test(statement),
    ).length;
  };
  await create(desk.lead);
  const statementsForOne = await ask();
  for (let index = 0; index < 10; index++) await create(desk.lead);
  expect(await ask()).toBe(statementsForOne);
});
