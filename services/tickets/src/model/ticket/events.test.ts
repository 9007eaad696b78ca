import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { type Desk, type Result, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { fetchUnloggedChanges } from '../../../testing/event-log.ts';
import { ticketState } from './events.ts';
import { Ticket } from './ticket.ts';

let service: TestService;
let desk: Desk;
beforeAll(async () => {
  service = await startOwnTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

/** Properties that are not in the state of events: where they are, or why they are not needed. */
const NOT_IN_STATE: Record<string, string> = {
  id: 'the subject of the event',
  workspaceId: 'the workspace of the event',
  version: 'the version of the event',
  updatedAt: 'the time of the event',
  publicVersion: 'next to the state',
  publicUpdatedAt: 'the time of the last event that requesters may see',
  description: 'the text of the first message',
  appId: 'not read by consumers',
  createdByKind: 'never changes',
  createdById: 'never changes',
  createdByName: 'never changes',
  snoozedAt: 'snooze.since',
  snoozedUntil: 'snooze.until',
  wakeOnReply: 'snooze.wakeOnReply',
  snoozedByKind: 'snooze.by',
  snoozedById: 'snooze.by',
  snoozedByName: 'snooze.by',
  escalatesAt: 'internal to the escalation',
  purgesAt: '30 days after deletedAt',
  sendsAt: 'the earliest of its scheduled messages',
};

test('contains every stored property of a ticket in the state of its events', () => {
  const stored = service.service.orm.getMetadata(Ticket).props.map(({ name }) => name);
  const state = Object.keys(ticketState({ createdAt: new Date() } as Ticket));
  expect(stored.filter((name) => !state.includes(name) && !(name in NOT_IN_STATE))).toEqual([]);
});

const expectSuccess = async (result: Promise<Result>): Promise<Result> => {
  expect((await result).userErrors).toEqual([]);
  return result;
};
const act = (name: string, input: object, selection?: string, actor = desk.agent) =>
  expectSuccess(mutate(desk, actor, name, input, selection));
const createSolvedTicket = async (): Promise<string> => {
  const { id } = await desk.ticket();
  await expectSuccess(reply(desk, desk.agent, id, { status: 'SOLVED' }));
  return id;
};
const operationOf = (result: Result): string => (result['operation'] as { id: string }).id;

test('stores a ticket that was merged when solved, and unmerged, as its last event describes it', async () => {
  const [into, from] = [(await desk.ticket()).id, await createSolvedTicket()];
  const merged = await act('ticketMerge', { ids: [from], intoId: into }, 'operation { id }');
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
  await act('operationUndo', { id: operationOf(merged) });
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
});

test('appends an event to each ticket that a renamed tag, a new closeAfter or a deactivated agent changes', async () => {
  const { id } = await desk.ticket();
  await act('ticketUpdate', { id, addTags: ['late'] });
  await act('ticketAssign', { id, assigneeId: desk.colleague.id });
  await createSolvedTicket();
  const tags = await desk.ask<{ tags: { nodes: { id: string }[] } }>(
    desk.lead,
    '{ tags { nodes { id } } }',
  );
  await act('tagUpdate', { id: tags.tags.nodes[0]!.id, name: 'very late' }, '', desk.lead);
  await act('settingsUpdate', { closeAfter: 'P10D' }, '', desk.admin);
  await act('agentDeactivate', { id: desk.colleague.id }, '', desk.admin);
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
});

const TIMELINE = `query ($id: ID!) { ticket(id: $id) { version closesAt timeline(last: 1) { nodes { type actor { id } changes { field from to } } } } }`;
interface TicketView {
  version: number;
  closesAt: string;
  timeline: { nodes: { type: string; changes: object[] }[] };
}
const read = async (id: string, actor = desk.agent): Promise<TicketView> =>
  (await desk.ask<{ ticket: TicketView }>(actor, TIMELINE, { id })).ticket;

test('appends a public event to each ticket whose closing time a new closeAfter changes, and to no other', async () => {
  const [id, open] = [await createSolvedTicket(), (await desk.ticket()).id];
  const before = {
    solved: await read(id),
    open: await read(open),
    requester: await read(id, desk.customer),
  };
  await act('settingsUpdate', { closeAfter: 'P10D' }, '', desk.admin);
  const after = await read(id);
  const changes = [{ field: 'closesAt', from: before.solved.closesAt, to: after.closesAt }];
  expect(after).toMatchObject({
    version: before.solved.version + 1,
    timeline: { nodes: [{ type: 'ticket.updated', changes }] },
  });
  expect(await read(id, desk.customer)).toMatchObject({
    version: before.requester.version + 1,
    timeline: { nodes: [{ changes }] },
  });
  expect(await read(open)).toEqual(before.open);
  await act('settingsUpdate', { closeAfter: 'P10D', name: 'Desk' }, '', desk.admin);
  expect(await read(id)).toEqual(after);
});

test('applies a new closeAfter to 12 tickets with as many statements as to 2', async () => {
  const countOfStatements = async (closeAfter: string): Promise<number> =>
    (await countStatements(() => act('settingsUpdate', { closeAfter }, '', desk.admin))).length;
  await Promise.all([createSolvedTicket(), createSolvedTicket()]);
  const few = await countOfStatements('P10D');
  await Promise.all(Array.from({ length: 10 }, createSolvedTicket));
  expect(await countOfStatements('P20D')).toBe(few);
});
