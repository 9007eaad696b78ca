import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { type TestClient, userActor } from '@deskgraph/common/testing/client';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  await mutate(desk, desk.admin, 'settingsUpdate', { onHoldEnabled: true });
});
afterAll(() => service.stop());

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const reopen = (actor: Actor, id: string, reason?: string) =>
  mutate(
    desk,
    actor,
    'ticketReopen',
    { id, reason },
    'ticket { status reopenCount solvedAt closesAt waitingSince }',
  );

interface TicketView {
  cursor: string;
  messages: { nodes: { text: string; visibility: string; author: { id: string } }[] };
  timeline: { nodes: { type: string }[] };
}
const read = async (id: string, actor: Actor = desk.agent): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      actor,
      'query ($id: ID!) { ticket(id: $id) { cursor messages { nodes { text visibility author { id } } } timeline { nodes { type } } } }',
      { id },
    )
  ).ticket;
async function ticketIn(status: string): Promise<string> {
  const { id } = await desk.ticket();
  if (status === 'NEW') return id;
  await reply(desk, desk.agent, id);
  if (status !== 'OPEN')
    expect(codes(await mutate(desk, desk.agent, 'ticketStatusChange', { id, status }))).toEqual([]);
  return id;
}

test('a requester reopens a SOLVED ticket with a public reply as the reason', async () => {
  const id = await ticketIn('SOLVED');
  expect(codes(await reopen(desk.stranger, id))).toEqual(['NOT_FOUND input.id']);
  const { ticket, userErrors } = await reopen(desk.customer, id, 'It is broken *again*.');
  expect(userErrors).toEqual([]);
  expect(ticket).toEqual({
    status: 'OPEN',
    reopenCount: 1,
    solvedAt: null,
    closesAt: null,
    waitingSince: expect.any(String),
  });
  const message = {
    text: 'It is broken again.',
    visibility: 'PUBLIC',
    author: { id: desk.customer.id },
  };
  for (const actor of [desk.agent, desk.customer]) {
    const { messages, timeline } = await read(id, actor);
    expect(messages.nodes.at(-1)).toEqual(message);
    expect(timeline.nodes.slice(-2).map(({ type }) => type)).toEqual([
      'message.added',
      'ticket.status_changed',
    ]);
  }
  const withoutReason = await ticketIn('SOLVED');
  expect((await reopen(desk.customer, withoutReason))['ticket']).toMatchObject({
    status: 'OPEN',
    waitingSince: expect.any(String),
  });
});

test('the reason of an agent is a private note, and the requester does not wait for an answer', async () => {
  const id = await ticketIn('SOLVED');
  expect((await reopen(desk.colleague, id, 'I was wrong.'))['ticket']).toMatchObject({
    status: 'OPEN',
    waitingSince: null,
  });
  expect((await read(id)).messages.nodes.at(-1)).toMatchObject({
    text: 'I was wrong.',
    visibility: 'PRIVATE',
  });
  expect((await read(id, desk.customer)).messages.nodes.map(({ text }) => text)).not.toContain(
    'I was wrong.',
  );
});

test('a reason has the effects of a message: mentions, and the cancellation of scheduled replies', async () => {
  const id = await ticketIn('SOLVED');
  const sendAt = new Date(Date.now() + 3_600_000);
  expect(codes(await reply(desk, desk.agent, id, { sendAt }))).toEqual([]);
  await reopen(desk.customer, id, 'Wait.');
  const query =
    'query ($id: ID!) { ticket(id: $id) { messages { nodes { delivery mentions { id } } } timeline { nodes { type } } } }';
  const readTicket = () =>
    desk.ask<{
      ticket: {
        messages: { nodes: { delivery: string; mentions: { id: string }[] }[] };
        timeline: TicketView['timeline'];
      };
    }>(desk.agent, query, { id });
  const { ticket } = await readTicket();
  expect(ticket.messages.nodes.at(-2)).toMatchObject({ delivery: 'CANCELLED' });
  expect(ticket.timeline.nodes.slice(-3).map(({ type }) => type)).toEqual([
    'message.added',
    'ticket.status_changed',
    'message.cancelled',
  ]);
  await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'SOLVED' });
  await reopen(desk.agent, id, `@[Bor](${desk.colleague.id}) please.`);
  expect((await readTicket()).ticket.messages.nodes.at(-1)).toMatchObject({
    mentions: [{ id: desk.colleague.id }],
  });
});

test('reopens SOLVED tickets only: refuses CLOSED, unsolved and merged ones', async () => {
  for (const status of ['NEW', 'OPEN', 'PENDING', 'ON_HOLD'])
    for (const actor of [desk.customer, desk.agent])
      expect([status, codes(await reopen(actor, await ticketIn(status)))]).toEqual([
        status,
        ['STATUS_NOT_ALLOWED input.id'],
      ]);
  const input = {
    externalId: 'x',
    subject: 'a',
    body: 'b',
    requester: { email: 'old@post.example' },
    createdAt: new Date(),
  };
  const imported = await mutate(
    desk,
    desk.partner,
    'ticketImport',
    { ...input, status: 'CLOSED' },
    'ticket { id requester { id } }',
  );
  const closed = imported['ticket'] as { id: string; requester: { id: string } };
  const owner = userActor(Role.REQUESTER, desk.workspace, { id: closed.requester.id });
  for (const actor of [owner, desk.agent, desk.admin, desk.partner])
    expect(codes(await reopen(actor, closed.id, 'Please'))).toEqual(['TICKET_CLOSED input.id']);
  const [into, from] = [await ticketIn('NEW'), await ticketIn('NEW')];
  await mutate(desk, desk.agent, 'ticketMerge', { ids: [from], intoId: into });
  expect(codes(await reopen(desk.customer, from))).toEqual(['ALREADY_MERGED input.id']);
});

test('refuses a change of status with `seen` if others have acted since, and returns their events', async () => {
  const { id } = await desk.ticket();
  const { cursor } = await read(id);
  await mutate(desk, desk.colleague, 'messageAdd', {
    ticketId: id,
    visibility: 'PRIVATE',
    body: 'Mine.',
  });
  const move = (seen?: string) =>
    mutate(
      desk,
      desk.agent,
      'ticketStatusChange',
      { id, status: 'PENDING', seen },
      'ticket { status } unseenActivity { events { type } cursor }',
    );
  const refused = await move(cursor);
  expect(codes(refused)).toEqual(['UNSEEN_ACTIVITY input.seen']);
  expect(refused).toMatchObject({
    ticket: null,
    unseenActivity: { events: [{ type: 'message.added' }] },
  });
  const { cursor: later } = refused['unseenActivity'] as { cursor: string };
  expect(await move(later)).toMatchObject({
    ticket: { status: 'PENDING' },
    unseenActivity: null,
    userErrors: [],
  });
});
