import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Role } from '@deskgraph/common/auth/access';
import { uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, userActor } from '@deskgraph/common/testing/client';
import { Client } from 'pg';
import { type Desk, mutate, openDesk, reply, startTickets } from '../../../testing/desk.ts';
import { subscriptionClientOf, LiveListClient } from '../../../testing/live-list-client.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query('insert into requester (id, workspace_id, name) values ($1, $2, $3)', [
    uuidOf('cus', desk.stranger.id),
    desk.workspace,
    'Eva',
  ]);
  await owner.end();
});
afterAll(() => service.stop());

const changeRequester = (id: string, requester: object) =>
  mutate(
    desk,
    desk.agent,
    'ticketRequesterChange',
    { id, requester },
    'ticket { requester { id } requesterName }',
  );
const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);

test('the previous requester loses access and the new one gets it, with all messages, at once and in live lists', async () => {
  const { id } = await desk.ticket();
  await reply(desk, desk.agent, id);
  const clients = [
    subscriptionClientOf(desk, desk.customer),
    subscriptionClientOf(desk, desk.stranger),
  ] as const;
  const filter = { id: { eq: id } };
  const previous = new LiveListClient(desk, desk.customer, { filter }, clients[0]);
  const next = new LiveListClient(desk, desk.stranger, { filter }, clients[1]);
  await previous.until(({ view }) => view?.totalCount === 1);
  await next.until(({ view }) => view?.totalCount === 0);
  expect(await changeRequester(id, { customerId: desk.stranger.id })).toEqual({
    ticket: { requester: { id: desk.stranger.id }, requesterName: 'Eva' },
    userErrors: [],
  });
  await previous.until(({ view }) => view?.totalCount === 0);
  expect(previous.last).toMatchObject({ kind: 'LEAVE', ticketId: id, ticket: null });
  await next.until(({ view }) => view?.totalCount === 1);
  const read =
    'query ($id: ID!) { ticket(id: $id) { messages { totalCount } } found: tickets(filter: { text: "parcel" }) { nodes { id } } }';
  expect(await desk.ask(desk.customer, read, { id })).toMatchObject({
    ticket: null,
    found: { nodes: [] },
  });
  expect(await desk.ask(desk.stranger, read, { id })).toMatchObject({
    ticket: { messages: { totalCount: 2 } },
    found: { nodes: [{ id }] },
  });
  const mine = { ticketId: id, visibility: 'PUBLIC', body: 'Mine?' };
  expect(codes(await mutate(desk, desk.customer, 'messageAdd', mine))).toEqual([
    'NOT_FOUND input.ticketId',
  ]);
  const byName = 'query { tickets(filter: { text: "Eva" }) { nodes { id } } }';
  expect(await desk.ask(desk.agent, byName)).toEqual({ tickets: { nodes: [{ id }] } });
  for (const watch of [previous, next]) watch.stop();
  for (const client of clients) await client.dispose();
});

test('the timeline names the previous requester, for staff only', async () => {
  const { id } = await desk.ticket();
  await changeRequester(id, { customerId: desk.stranger.id });
  const timeline =
    'query ($id: ID!) { ticket(id: $id) { timeline { nodes { type summary changes { field from to } } } } }';
  const { ticket } = await desk.ask<{ ticket: { timeline: { nodes: object[] } } }>(
    desk.lead,
    timeline,
    { id },
  );
  expect(ticket.timeline.nodes.at(-1)).toEqual({
    type: 'ticket.requester_changed',
    summary: 'Ana changed the requester of the ticket',
    changes: [{ field: 'requester', from: desk.customer.id, to: desk.stranger.id }],
  });
  const response = await desk.ask(desk.stranger, timeline, { id });
  expect(JSON.stringify(response)).not.toContain(desk.customer.id);
});

test('an unknown contact becomes a customer; repeating the call changes nothing', async () => {
  const { id } = await desk.ticket();
  const payload = await changeRequester(id, { email: ' New@Shop.example ', name: 'Newcomer' });
  expect(payload).toMatchObject({
    ticket: { requesterName: 'Newcomer', requester: { id: expect.stringMatching(/^cus_/) } },
    userErrors: [],
  });
  const version = 'query ($id: ID!) { ticket(id: $id) { version } }';
  const before = await desk.ask(desk.agent, version, { id });
  expect(codes(await changeRequester(id, { email: 'new@shop.example' }))).toEqual([]);
  expect(await desk.ask(desk.agent, version, { id })).toEqual(before);
});

test('refuses invalid input and names the field', async () => {
  const { id } = await desk.ticket();
  expect(codes(await changeRequester(id, {}))).toEqual(['INVALID input.requester']);
  expect(codes(await changeRequester(id, { email: 'no address' }))).toEqual([
    'INVALID input.requester.email',
  ]);
  expect(
    codes(await changeRequester(id, { customerId: userActor(Role.REQUESTER, desk.workspace).id })),
  ).toEqual(['NOT_FOUND input.requester.customerId']);
  expect(codes(await changeRequester('tkt_made_up', { customerId: desk.stranger.id }))).toEqual([
    'NOT_FOUND input.id',
  ]);
});

test('refuses to change the requester of a merged ticket', async () => {
  const [from, into] = [await desk.ticket(), await desk.ticket()];
  await mutate(desk, desk.agent, 'ticketMerge', { ids: [from.id], intoId: into.id });
  expect(codes(await changeRequester(from.id, { customerId: desk.stranger.id }))).toEqual([
    'ALREADY_MERGED input.id',
  ]);
});
