import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
let support: string;

beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
  const created = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name: 'Support', agentIds: [desk.agent.id] },
    'department { id }',
  );
  support = (created['department'] as { id: string }).id;
});
afterAll(() => service.stop());

interface AssignedTicket {
  id: string;
  status: string;
  assignee: { id: string };
}
const ask = (actor: Actor, input: object = {}) =>
  mutate(desk, actor, 'ticketNext', input, 'ticket { id status assignee { id } }');
const next = async (actor: Actor, input: object = {}): Promise<AssignedTicket | null> => {
  const payload = await ask(actor, input);
  expect(payload.userErrors).toEqual([]);
  return payload['ticket'] as AssignedTicket | null;
};
const assign = (id: string, input: object) =>
  mutate(desk, desk.lead, 'ticketAssign', { id, ...input });

test('assigns the longest waiting ticket of the caller’s departments or of none; skips assigned, snoozed, spam, solved and other departments’ tickets', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 9; at++) ids.push((await desk.ticket()).id);
  const [elsewhere, assigned, snoozed, spam, solved, pending, binned, own, free] = ids as [
    string,
    ...string[],
  ] &
    string[];
  await assign(elsewhere, { departmentId: desk.departmentId });
  await assign(assigned!, { departmentId: support, assigneeId: desk.colleague.id });
  await mutate(desk, desk.agent, 'ticketSnooze', { id: snoozed! });
  await mutate(desk, desk.agent, 'ticketSpamMark', { id: spam!, spam: true });
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id: solved!,
    status: 'SOLVED',
    resolutionCode: 'SPAM',
  });
  await mutate(desk, desk.agent, 'ticketStatusChange', { id: pending!, status: 'PENDING' });
  await mutate(desk, desk.admin, 'ticketDelete', { id: binned! });
  await assign(own!, { departmentId: support });
  expect(await next(desk.agent)).toEqual({
    id: own,
    status: 'OPEN',
    assignee: { id: desk.agent.id },
  });
  expect((await next(desk.agent))?.id).toBe(free);
  expect(await next(desk.agent)).toBeNull();
  expect(await next(desk.colleague, { departmentId: support })).toBeNull();
  expect((await next(desk.colleague, { departmentId: desk.departmentId }))?.id).toBe(elsewhere);
  expect(await next(desk.partner)).toBeNull();
  expect((await ask(desk.agent, { departmentId: newId('dep') })).userErrors).toEqual([
    { code: 'NOT_FOUND', field: ['input', 'departmentId'] },
  ]);
  for (const actor of [desk.light, desk.customer])
    expect(
      (await desk.answer(actor, 'mutation { ticketNext(input: {}) { ticket { id } } }')).errors?.[0]
        ?.extensions.code,
    ).toBe('FORBIDDEN');
  const { ticket } = await desk.ask<{ ticket: { timeline: { nodes: { type: string }[] } } }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { timeline { nodes { type } } } }',
    { id: own },
  );
  expect(ticket.timeline.nodes.map(({ type }) => type).slice(-2)).toEqual([
    'ticket.assigned',
    'ticket.status_changed',
  ]);
});

test('assigns the most urgent ticket first, then the oldest', async () => {
  const ids = [];
  for (const priority of ['LOW', 'NORMAL', 'HIGH', 'URGENT', 'HIGH']) {
    const { id } = await desk.ticket();
    await mutate(desk, desk.agent, 'ticketUpdate', { id, priority });
    ids.push(id);
  }
  const [low, normal, high, urgent, laterHigh] = ids;
  for (const id of [urgent, high, laterHigh, normal, low])
    expect((await next(desk.agent))?.id).toBe(id);
});

test('assigns 20 different tickets to 20 concurrent calls', async () => {
  const created = await Promise.all(Array.from({ length: 20 }, () => desk.ticket()));
  const people = [desk.agent, desk.colleague, desk.lead, desk.admin];
  const given = await Promise.all(
    Array.from({ length: 24 }, (_, at) => next(people[at % people.length]!)),
  );
  const ids = given.flatMap((ticket) => ticket?.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  for (let ticket = await next(desk.agent); ticket; ticket = await next(desk.agent))
    ids.push(ticket.id);
  expect(ids.toSorted()).toEqual(created.map(({ id }) => id).toSorted());
});

test('runs a constant number of statements', async () => {
  const own = async (): Promise<number> =>
    (await countStatements(() => next(desk.agent))).filter(
      (each) => /ticket|agent|outbox/.test(each) && !each.includes('event_log'),
    ).length;
  await desk.ticket();
  const few = await own();
  for (let at = 0; at < 20; at++) await desk.ticket();
  expect(await own()).toBe(few);
});
