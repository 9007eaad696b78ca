import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { type Desk, type Result, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { untold } from '../../../testing/log.ts';
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

/** What facts tell under another name, or need not tell. */
const ELSEWHERE: Record<string, string> = {
  id: 'the subject of the fact',
  workspaceId: 'the workspace of the fact',
  version: 'the version of the fact',
  updatedAt: 'the instant of the fact',
  publicVersion: 'stands beside the state',
  publicUpdatedAt: 'the instant of the last fact that requesters may see',
  description: 'the text of the first message',
  appId: 'nobody reads it',
  createdByKind: 'never changes',
  createdById: 'never changes',
  createdByName: 'never changes',
  snoozedAt: 'snooze.since',
  snoozedUntil: 'snooze.until',
  wakeOnReply: 'snooze.wakeOnReply',
  snoozedByKind: 'snooze.by',
  snoozedById: 'snooze.by',
  snoozedByName: 'snooze.by',
  escalatesAt: 'a clock of the escalation',
  purgesAt: '30 days after deletedAt',
  sendsAt: 'the earliest of its scheduled messages',
};

test('all that is stored of a ticket is told by its facts', () => {
  const stored = service.service.orm.getMetadata(Ticket).props.map(({ name }) => name);
  const told = Object.keys(ticketState({ createdAt: new Date() } as Ticket));
  expect(stored.filter((name) => !told.includes(name) && !(name in ELSEWHERE))).toEqual([]);
});

const done = async (result: Promise<Result>): Promise<Result> => {
  expect((await result).userErrors).toEqual([]);
  return result;
};
const act = (name: string, input: object, selection?: string, actor = desk.agent) =>
  done(mutate(desk, actor, name, input, selection));
const solved = async (): Promise<string> => {
  const { id } = await desk.ticket();
  await done(reply(desk, desk.agent, id, { status: 'SOLVED' }));
  return id;
};
const operationOf = (result: Result): string => (result['operation'] as { id: string }).id;

test('what is folded in when it was solved already, and taken out again, stands as its last fact says', async () => {
  const [into, from] = [(await desk.ticket()).id, await solved()];
  const merged = await act('ticketMerge', { ids: [from], intoId: into }, 'operation { id }');
  expect(await untold(desk)).toEqual([]);
  await act('operationUndo', { id: operationOf(merged) });
  expect(await untold(desk)).toEqual([]);
});

test('a new name of a label, another closeAfter, and an agent who leaves are told by each ticket that changes', async () => {
  const { id } = await desk.ticket();
  await act('ticketUpdate', { id, addTags: ['late'] });
  await act('ticketAssign', { id, assigneeId: desk.colleague.id });
  await solved();
  const tags = await desk.ask<{ tags: { nodes: { id: string }[] } }>(
    desk.lead,
    '{ tags { nodes { id } } }',
  );
  await act('tagUpdate', { id: tags.tags.nodes[0]!.id, name: 'very late' }, '', desk.lead);
  await act('settingsUpdate', { closeAfter: 'P10D' }, '', desk.admin);
  await act('agentDeactivate', { id: desk.colleague.id }, '', desk.admin);
  expect(await untold(desk)).toEqual([]);
});

const TIMELINE = `query ($id: ID!) { ticket(id: $id) { version closesAt timeline(last: 1) { nodes { type actor { id } changes { field from to } } } } }`;
interface Shown {
  version: number;
  closesAt: string;
  timeline: { nodes: { type: string; changes: object[] }[] };
}
const read = async (id: string, actor = desk.agent): Promise<Shown> =>
  (await desk.ask<{ ticket: Shown }>(actor, TIMELINE, { id })).ticket;

test('another closeAfter is told by each ticket that it moves, to its requester too; what it does not move says nothing', async () => {
  const [id, open] = [await solved(), (await desk.ticket()).id];
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

test('another closeAfter costs as many statements for 12 tickets as for 2', async () => {
  const cost = async (closeAfter: string): Promise<number> =>
    (await countStatements(() => act('settingsUpdate', { closeAfter }, '', desk.admin))).length;
  await Promise.all([solved(), solved()]);
  const few = await cost('P10D');
  await Promise.all(Array.from({ length: 10 }, solved));
  expect(await cost('P20D')).toBe(few);
});
