import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { hold } from '../../../testing/hold.ts';

const HOUR = 3_600_000;

let service: TestService;
let desk: Desk;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  service = await startTickets();
  clock = stopClock(service);
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
});

interface Shown {
  status: string;
  assignee: { id: string } | null;
  department: { id: string } | null;
  snooze: object | null;
  escalation: {
    step: number;
    reason: string;
    path: { id: string } | null;
    by: { id: string };
    nextAt: string | null;
  } | null;
  timeline: { nodes: { type: string; actor: { id: string } }[] };
}
const read = async (id: string, actor = desk.agent): Promise<Shown> =>
  (
    await desk.ask<{ ticket: Shown }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { status assignee { id } department { id } snooze { since }
        escalation { step reason path { id } by { id } nextAt } timeline(first: 50) { nodes { type actor { id } } } } }`,
      { id },
    )
  ).ticket;
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const create = (steps: object[], more: object = {}) =>
  mutate(
    desk,
    desk.admin,
    'escalationPathCreate',
    { name: 'Help', filter: {}, steps, ...more },
    'escalationPath { id version }',
  );
const path = async (steps: object[], more: object = {}): Promise<string> => {
  const made = await create(steps, more);
  expect(codes(made)).toEqual([]);
  return (made['escalationPath'] as { id: string }).id;
};
const escalate = (id: string, more: object = {}, actor: Actor = desk.agent) =>
  mutate(desk, actor, 'ticketEscalate', { id, reason: 'Charged twice', ...more }, 'ticket { id }');
const to = ({ id }: Actor, after = 'PT1H') => ({ agentId: id, after });
const found = async (filter: object, actor = desk.agent): Promise<string[]> =>
  (
    await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
      actor,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }',
      { filter },
    )
  ).tickets.nodes.map((each) => each.id);
async function until(holds: () => Promise<boolean>, patienceMs = 20_000): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await holds()); await sleep(20))
    if (performance.now() > end) throw new Error('It did not happen in time.');
}
const typesOf = ({ timeline }: Shown): string[] => timeline.nodes.map(({ type }) => type);

test('a ticket goes step by step: the first by hand, the others by the clock, each once, until the path ends', async () => {
  const pathId = await path([
    to(desk.colleague),
    { departmentId: desk.departmentId, after: 'PT2H' },
    to(desk.lead),
  ]);
  const { id } = await desk.ticket();
  const other = await desk.ticket();
  await mutate(desk, desk.agent, 'ticketSnooze', { id });
  expect(codes(await escalate(id))).toEqual([]);
  expect(await read(id)).toMatchObject({
    status: 'OPEN',
    assignee: { id: desk.colleague.id },
    snooze: null,
    escalation: {
      step: 1,
      reason: 'Charged twice',
      path: { id: pathId },
      by: { id: desk.agent.id },
    },
  });
  expect(await found({ escalated: true })).toEqual([id]);
  expect(await found({ escalated: false })).toEqual([other.id]);
  clock.turn(HOUR - 1_000);
  await sleep(100);
  expect((await read(id)).escalation!.step).toBe(1);
  clock.turn(1_000);
  await until(async () => (await read(id)).escalation!.step === 2);
  expect(await read(id)).toMatchObject({
    assignee: null,
    department: { id: desk.departmentId },
    escalation: { by: { id: 'sys' } },
  });
  clock.turn(2 * HOUR);
  await until(async () => (await read(id)).escalation!.step === 3);
  expect(await read(id)).toMatchObject({
    assignee: { id: desk.lead.id },
    escalation: { reason: 'Charged twice', nextAt: null },
  });
  expect(typesOf(await read(id)).filter((type) => type === 'ticket.escalated')).toHaveLength(3);
  expect(codes(await escalate(id))).toEqual(['NO_STEP_LEFT input.toAgentId']);
});

test('its requester learns of new hands, and of nothing else', async () => {
  await path([to(desk.colleague)]);
  const { id } = await desk.ticket();
  await escalate(id);
  const types = 'query ($id: ID!) { ticket(id: $id) { timeline(first: 50) { nodes { type } } } }';
  const { ticket } = await desk.ask<{ ticket: Shown }>(desk.customer, types, { id });
  expect(typesOf(ticket)).toEqual([
    'ticket.created',
    'message.added',
    'ticket.assigned',
    'ticket.status_changed',
  ]);
  expect(await found({ escalated: true }, desk.customer)).toEqual([]);
  const asked = await desk.answer(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { escalation { reason } } }',
    { id },
  );
  expect(asked.errors![0]!.extensions.code).toBe('FORBIDDEN');
});

test('who has left and what is deleted is passed over, and who has the ticket already', async () => {
  const made = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name: 'Closed soon' },
    'department { id }',
  );
  const departmentId = (made['department'] as { id: string }).id;
  await path([to(desk.colleague), { departmentId, after: 'PT1H' }, to(desk.agent), to(desk.lead)]);
  await mutate(desk, desk.admin, 'agentDeactivate', { id: desk.colleague.id });
  await mutate(desk, desk.admin, 'departmentDelete', { id: departmentId });
  const { id } = await desk.ticket();
  await mutate(desk, desk.agent, 'ticketAssign', { id, assigneeId: 'me' });
  await escalate(id);
  expect(await read(id)).toMatchObject({ assignee: { id: desk.lead.id }, escalation: { step: 4 } });
});

test('it ends when the ticket is solved, or when somebody puts it into other hands; the clock is stopped then', async () => {
  await path([to(desk.colleague), to(desk.lead)]);
  const [solved, taken] = [await desk.ticket(), await desk.ticket()];
  for (const { id } of [solved, taken]) await escalate(id);
  const input = { id: solved.id, status: 'SOLVED', resolutionCode: 'NO_REPLY' };
  expect(codes(await mutate(desk, desk.agent, 'ticketStatusChange', input))).toEqual([]);
  await mutate(desk, desk.agent, 'ticketAssign', { id: taken.id, assigneeId: 'me' });
  for (const { id } of [solved, taken]) {
    const shown = await read(id);
    expect(shown.escalation).toBeNull();
    expect(typesOf(shown)).toContain('ticket.escalation_ended');
  }
  expect(await found({ escalated: true })).toEqual([]);
  const third = await desk.ticket();
  await escalate(third.id);
  clock.turn(HOUR);
  await until(async () => (await read(third.id)).escalation!.step === 2);
  for (const { id } of [solved, taken]) expect((await read(id)).escalation).toBeNull();
  expect(codes(await escalate(solved.id))).toEqual(['STATUS_NOT_ALLOWED input.id']);
});

test('the oldest path that lets the ticket through is its path; an agent by name needs none', async () => {
  const { id } = await desk.ticket();
  expect(codes(await escalate(id))).toEqual(['NO_STEP_LEFT input.toAgentId']);
  await path([to(desk.lead)], { filter: { priority: { eq: 'URGENT' } } });
  const normal = await path([to(desk.colleague)], {
    filter: { text: 'parcel', priority: { notIn: ['URGENT'] } },
  });
  await path([to(desk.admin)]);
  await escalate(id);
  expect((await read(id)).escalation!.path).toEqual({ id: normal });
  await escalate(id, { toAgentId: desk.admin.id });
  expect(await read(id)).toMatchObject({
    assignee: { id: desk.admin.id },
    escalation: { path: null, step: 1, nextAt: null },
  });
  expect(codes(await escalate(id, { toAgentId: newId('agt') }))).toEqual([
    'NOT_FOUND input.toAgentId',
  ]);
  expect(codes(await escalate(id, { reason: ' ' }))).toEqual(['REQUIRED input.reason']);
});

test('a path leads somewhere, and is not deleted while a ticket stands on it', async () => {
  expect(codes(await create([{ after: 'PT1H' }]))).toEqual(['INVALID input.steps.0']);
  expect(codes(await create([{ ...to(desk.lead), departmentId: desk.departmentId }]))).toEqual([
    'INVALID input.steps.0.departmentId',
  ]);
  expect(codes(await create([to(desk.lead), to(desk.light)]))).toEqual([
    'INVALID input.steps.1.agentId',
  ]);
  expect(codes(await create([to(desk.lead, 'PT0S')]))).toEqual(['INVALID input.steps.0.after']);
  expect(codes(await create([]))).toHaveLength(1);
  const long = { filter: { assigneeId: { eq: 'x'.repeat(16_000) } } };
  expect(codes(await create([to(desk.lead)], long))).toEqual(['TOO_LONG input.filter']);
  const id = await path([to(desk.colleague)]);
  expect(codes(await mutate(desk, desk.admin, 'escalationPathUpdate', { id, ...long }))).toEqual([
    'TOO_LONG input.filter',
  ]);
  const ticket = await desk.ticket();
  await escalate(ticket.id);
  const remove = () => mutate(desk, desk.admin, 'escalationPathDelete', { id }, 'deletedId');
  expect(codes(await remove())).toEqual(['IN_USE input.id']);
  const changed = await mutate(
    desk,
    desk.admin,
    'escalationPathUpdate',
    { id, name: 'Other', expectedVersion: 1 },
    'escalationPath { version }',
  );
  expect(changed).toEqual({ escalationPath: { version: 2 }, userErrors: [] });
  await mutate(desk, desk.agent, 'ticketAssign', { id: ticket.id, assigneeId: null });
  expect(codes(await remove())).toEqual([]);
  expect(codes(await create([to(desk.lead, 'PT1S')]))).toEqual([]);
});

test('a macro escalates, says why by its note, and is taken back', async () => {
  await path([to(desk.colleague), to(desk.lead)]);
  const actions = [{ escalate: true, note: 'Nobody knows what this is.' }];
  const macro = (
    await mutate(desk, desk.admin, 'macroCreate', { name: 'Help', actions }, 'macro { id }')
  )['macro'] as { id: string };
  const { id } = await desk.ticket();
  const applied = await mutate(
    desk,
    desk.agent,
    'macroApply',
    { id: macro.id, ticketId: id },
    'operation { id }',
  );
  expect(codes(applied)).toEqual([]);
  expect(await read(id)).toMatchObject({
    assignee: { id: desk.colleague.id },
    escalation: { reason: 'Nobody knows what this is.' },
  });
  const undone = await mutate(
    desk,
    desk.agent,
    'operationUndo',
    { id: (applied['operation'] as { id: string }).id },
    'operation { state }',
  );
  expect(codes(undone)).toEqual([]);
  expect(await read(id)).toMatchObject({ assignee: null, escalation: null });
});

test('however many steps lead to nobody any more, the next one is found by the same few statements', async () => {
  const costs: number[] = [];
  for (const gone of [1, 8]) {
    const desk = await openDesk(service);
    const make = async (at: number): Promise<string> =>
      (
        (
          await mutate(
            desk,
            desk.admin,
            'departmentCreate',
            { name: `Gone ${at}` },
            'department { id }',
          )
        )['department'] as { id: string }
      ).id;
    const departments = await Promise.all(Array.from({ length: gone }, (_, at) => make(at)));
    const steps = [
      ...departments.map((departmentId) => ({ departmentId, after: 'PT1H' })),
      to(desk.lead),
    ];
    expect(
      codes(
        await mutate(desk, desk.admin, 'escalationPathCreate', { name: 'Help', filter: {}, steps }),
      ),
    ).toEqual([]);
    for (const id of departments) await mutate(desk, desk.admin, 'departmentDelete', { id });
    const { id } = await desk.ticket();
    costs.push(
      (
        await countStatements(() =>
          mutate(desk, desk.agent, 'ticketEscalate', { id, reason: 'Charged twice' }),
        )
      ).length,
    );
    const { ticket } = await desk.ask<{ ticket: Shown }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { assignee { id } } }',
      { id },
    );
    expect(ticket).toEqual({ assignee: { id: desk.lead.id } });
  }
  expect(costs[1]).toBe(costs[0]);
});

test('a path that is deleted in the same moment takes no ticket', async () => {
  const pathId = await path([to(desk.lead)]);
  const { id } = await desk.ticket();
  const deleting = await hold(desk);
  await deleting.query('delete from escalation_path where id = $1', [uuidOf('esc', pathId)]);
  const escalated = escalate(id);
  await deleting.waited();
  await deleting.release();
  expect(codes(await escalated)).toEqual(['NO_STEP_LEFT input.toAgentId']);
});
