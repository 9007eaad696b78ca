import { sizeOf } from '@deskgraph/common/testing/sizes';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import type { TestClient } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

const cursorFor = async (actor: Actor, id: string): Promise<string> =>
  (
    await desk.ask<{ ticket: { cursor: string } }>(
      actor,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      { id },
    )
  ).ticket.cursor;

interface ReplyResult {
  message: { id: string } | null;
  ticket: { cursor: string } | null;
  unseenActivity: {
    cursor: string;
    events: { type: string; actor: { id: string }; message: { id: string; text: string } | null }[];
  } | null;
  userErrors: { code: string; field: string[] | null }[];
}
const SELECTION =
  'message { id } ticket { cursor } unseenActivity { cursor events { type actor { id } message { id text } } }';
const reply = async (
  actor: Actor,
  ticketId: string,
  body: string,
  more: object,
): Promise<ReplyResult> =>
  (await mutate(
    desk,
    actor,
    'messageAdd',
    { ticketId, visibility: 'PUBLIC', body, ...more },
    SELECTION,
  )) as unknown as ReplyResult;
const code = ({ userErrors }: ReplyResult) =>
  userErrors.map((error) => `${error.code} ${error.field?.join('.')}`).join();

/** Pairs of concurrent replies; more in the long run. */
const PAIRS = sizeOf(50, 500);
const CONCURRENCY = 50;

async function replyConcurrently(n: number): Promise<void> {
  const { id } = await desk.ticket();
  const seen = await cursorFor(desk.agent, id);
  const both = await Promise.all([
    reply(desk.agent, id, `Ana ${n}`, { seen }),
    reply(desk.colleague, id, `Bor ${n}`, { seen }),
  ]);
  const sent = both.filter(({ message }) => message);
  const refused = both.find(({ message }) => !message);
  expect(sent.map(code)).toEqual(['']);
  expect(code(refused!)).toBe('UNSEEN_ACTIVITY input.seen');
  const { ticket } = await desk.ask<{
    ticket: { messages: { nodes: { id: string; text: string }[] } };
  }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { messages(visibility: PUBLIC) { nodes { id text } } } }',
    { id },
  );
  const replies = ticket.messages.nodes.filter(({ text }) => /^(Ana|Bor) /.test(text));
  expect(replies.map((message) => message.id)).toEqual([sent[0]!.message!.id]);
  expect(refused!.unseenActivity!.events[0]).toMatchObject({
    type: 'message.added',
    message: replies[0],
  });
}

test(`of two concurrent replies exactly one is sent, and the refused agent receives it (${PAIRS} pairs)`, async () => {
  expect.assertions(PAIRS * 4);
  for (let n = 0; n < PAIRS; n += CONCURRENCY)
    await Promise.all(
      Array.from({ length: Math.min(CONCURRENCY, PAIRS - n) }, (_, index) =>
        replyConcurrently(n + index),
      ),
    );
}, 600_000);

test('the cursor of a refusal marks its events as seen', async () => {
  const { id } = await desk.ticket();
  const seen = await cursorFor(desk.agent, id);
  await reply(desk.customer, id, 'One more thing', {});
  const refused = await reply(desk.agent, id, 'First', { seen });
  expect(refused.unseenActivity!.events.map(({ message }) => message!.text)).toEqual([
    'One more thing',
  ]);
  expect(
    code(await reply(desk.agent, id, 'Second', { seen: refused.unseenActivity!.cursor })),
  ).toBe('');
});

test('`override` sends in any case, and own events do not conflict', async () => {
  const { id } = await desk.ticket();
  const seen = await cursorFor(desk.agent, id);
  await reply(desk.customer, id, 'One more thing', {});
  expect(code(await reply(desk.agent, id, 'Anyway', { seen, override: true }))).toBe('');
  const current = await cursorFor(desk.agent, id);
  await reply(desk.agent, id, 'First', { seen: current });
  expect(code(await reply(desk.agent, id, 'Second', { seen: current }))).toBe('');
});

test('public replies of agents require `seen` or `override`; notes, apps and customers do not', async () => {
  const { id } = await desk.ticket();
  expect(code(await reply(desk.agent, id, 'Blind', {}))).toBe('REQUIRED input.seen');
  expect(code(await reply(desk.admin, id, 'Blind', { seen: null, override: false }))).toBe(
    'REQUIRED input.seen',
  );
  expect(code(await reply(desk.agent, id, 'On purpose', { override: true }))).toBe('');
  expect(code(await reply(desk.agent, id, 'A note', { visibility: 'PRIVATE' }))).toBe('');
  expect(code(await reply(desk.partner, id, 'By a machine', {}))).toBe('');
  expect(code(await reply(desk.customer, id, 'Thanks', {}))).toBe('');
});

test('the cursor of a payload includes the events of the mutation', async () => {
  const { id } = await desk.ticket();
  const sent = await reply(desk.agent, id, 'Mine', { seen: await cursorFor(desk.agent, id) });
  expect(code(await reply(desk.colleague, id, 'Mine too', { seen: sent.ticket!.cursor }))).toBe('');
});

test('events that a requester cannot see do not conflict', async () => {
  const { id } = await desk.ticket();
  const seen = await cursorFor(desk.customer, id);
  await mutate(desk, desk.light, 'messageAdd', {
    ticketId: id,
    visibility: 'PRIVATE',
    body: 'canarynote',
  });
  expect(code(await reply(desk.customer, id, 'Hello?', { seen }))).toBe('');
});

test('refuses an invalid cursor', async () => {
  const { id } = await desk.ticket();
  expect(code(await reply(desk.agent, id, 'x', { seen: 'made-up' }))).toBe('INVALID input.seen');
});

test('a cursor of another ticket does not hide the events of this one', async () => {
  const { id } = await desk.ticket();
  const other = await desk.ticket();
  const seen = await cursorFor(desk.agent, other.id);
  await reply(desk.customer, id, 'News', {});
  const refused = await reply(desk.agent, id, 'Blind', { seen });
  expect(code(refused)).toBe('UNSEEN_ACTIVITY input.seen');
  expect(refused.unseenActivity!.events.at(-1)!.message!.text).toBe('News');
});
