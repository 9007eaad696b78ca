import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, type Result, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { holdLocks } from '../../../testing/lock-holder.ts';

const HOUR = 3_600_000;

let service: TestService;
let desk: Desk;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
});

interface TicketView {
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
const readTicket = async (id: string, actor = desk.agent): Promise<TicketView> =>
  (
    await desk.ask<{ ticket: TicketView }>(
      actor,
      `query ($id: ID!) { ticket(id: $id) { status assignee { id } department { id } snooze { since }
        escalation { step reason path { id } by { id } nextAt } timeline(first: 50) { nodes { type actor { id } } } } }`,
      { id },
    )
  ).ticket;
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const createPath = (steps: object[], more: object = {}) =>
  mutate(
    desk,
    desk.admin,
    'escalationPathCreate',
    { name: 'Help', filter: {}, steps, ...more },
    'escalationPath { id version }',
  );
const createValidPath = async (steps: object[], more: object = {}): Promise<string> => {
  const created = await createPath(steps, more);
  expect(codes(created)).toEqual([]);
  return (created['escalationPath'] as { id: string }).id;
};
const escalateTicket = (id: string, more: object = {}, actor: Actor = desk.agent) =>
  mutate(desk, actor, 'ticketEscalate', { id, reason: 'Charged twice', ...more }, 'ticket { id }');
const stepTo = ({ id }: Actor, after = 'PT1H') => ({ agentId: id, after });
const findTicketIds = async (filter: object, actor = desk.agent): Promise<string[]> =>
  (
    await desk.ask<{ tickets: { nodes: { id: string }[] } }>(
      actor,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }',
      { filter },
    )
  ).tickets.nodes.map((ticket) => ticket.id);
async function waitUntil(condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !(await condition()); await sleep(20))
    if (performance.now() > end)
      throw new Error(`The condition was not met within ${timeoutMs} ms.`);
}
const eventTypes = ({ timeline }: TicketView): string[] => timeline.nodes.map(({ type }) => type);

test('takes the first step by a mutation and each further step once when it is due, to the end of the path', async () => {
  const pathId = await createValidPath([
    stepTo(desk.colleague),
    { departmentId: desk.departmentId, after: 'PT2H' },
    stepTo(desk.lead),
  ]);
  const earlier = await desk.ticket();
  await escalateTicket(earlier.id);
  clock.advance(1_000);
  const { id } = await desk.ticket();
  const other = await desk.ticket();
  await mutate(desk, desk.agent, 'ticketSnooze', { id });
  expect(codes(await escalateTicket(id))).toEqual([]);
  expect(await readTicket(id)).toMatchObject({
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
  expect(new Set(await findTicketIds({ escalated: true }))).toEqual(new Set([earlier.id, id]));
  expect(await findTicketIds({ escalated: false })).toEqual([other.id]);
  // The step of the earlier ticket is due one second before: once it is taken, the scheduler has run.
  clock.advance(HOUR - 1_000);
  await waitUntil(async () => (await readTicket(earlier.id)).escalation!.step === 2);
  expect((await readTicket(id)).escalation!.step).toBe(1);
  clock.advance(1_000);
  await waitUntil(async () => (await readTicket(id)).escalation!.step === 2);
  expect(await readTicket(id)).toMatchObject({
    assignee: null,
    department: { id: desk.departmentId },
    escalation: { by: { id: 'sys' } },
  });
  clock.advance(2 * HOUR);
  await waitUntil(async () => (await readTicket(id)).escalation!.step === 3);
  expect(await readTicket(id)).toMatchObject({
    assignee: { id: desk.lead.id },
    escalation: { reason: 'Charged twice', nextAt: null },
  });
  expect(
    eventTypes(await readTicket(id)).filter((type) => type === 'ticket.escalated'),
  ).toHaveLength(3);
  expect(codes(await escalateTicket(id))).toEqual(['NO_STEP_LEFT input.toAgentId']);
});

test('shows the requester the reassignment, but not the escalation', async () => {
  await createValidPath([stepTo(desk.colleague)]);
  const { id } = await desk.ticket();
  await escalateTicket(id);
  const types = 'query ($id: ID!) { ticket(id: $id) { timeline(first: 50) { nodes { type } } } }';
  const { ticket } = await desk.ask<{ ticket: TicketView }>(desk.customer, types, { id });
  expect(eventTypes(ticket)).toEqual([
    'ticket.created',
    'message.added',
    'ticket.assigned',
    'ticket.status_changed',
  ]);
  expect(await findTicketIds({ escalated: true }, desk.customer)).toEqual([]);
  const response = await desk.answer(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { escalation { reason } } }',
    { id },
  );
  expect(response.errors![0]!.extensions.code).toBe('FORBIDDEN');
});

test('skips deactivated agents, deleted departments and the present assignee', async () => {
  const created = await mutate(
    desk,
    desk.admin,
    'departmentCreate',
    { name: 'Closed soon' },
    'department { id }',
  );
  const departmentId = (created['department'] as { id: string }).id;
  await createValidPath([
    stepTo(desk.colleague),
    { departmentId, after: 'PT1H' },
    stepTo(desk.agent),
    stepTo(desk.lead),
  ]);
  await mutate(desk, desk.admin, 'agentDeactivate', { id: desk.colleague.id });
  await mutate(desk, desk.admin, 'departmentDelete', { id: departmentId });
  const { id } = await desk.ticket();
  await mutate(desk, desk.agent, 'ticketAssign', { id, assigneeId: 'me' });
  await escalateTicket(id);
  expect(await readTicket(id)).toMatchObject({
    assignee: { id: desk.lead.id },
    escalation: { step: 4 },
  });
});

test('ends when the ticket is solved or reassigned, and takes no further step then', async () => {
  await createValidPath([stepTo(desk.colleague), stepTo(desk.lead)]);
  const [solved, reassigned] = [await desk.ticket(), await desk.ticket()];
  for (const { id } of [solved, reassigned]) await escalateTicket(id);
  const input = { id: solved.id, status: 'SOLVED', resolutionCode: 'NO_REPLY' };
  expect(codes(await mutate(desk, desk.agent, 'ticketStatusChange', input))).toEqual([]);
  await mutate(desk, desk.agent, 'ticketAssign', { id: reassigned.id, assigneeId: 'me' });
  for (const { id } of [solved, reassigned]) {
    const ticket = await readTicket(id);
    expect(ticket.escalation).toBeNull();
    expect(eventTypes(ticket)).toContain('ticket.escalation_ended');
  }
  expect(await findTicketIds({ escalated: true })).toEqual([]);
  const third = await desk.ticket();
  await escalateTicket(third.id);
  clock.advance(HOUR);
  await waitUntil(async () => (await readTicket(third.id)).escalation!.step === 2);
  for (const { id } of [solved, reassigned]) expect((await readTicket(id)).escalation).toBeNull();
  expect(codes(await escalateTicket(solved.id))).toEqual(['STATUS_NOT_ALLOWED input.id']);
});

test('uses the oldest path whose filter matches; a chosen agent needs no path', async () => {
  const { id } = await desk.ticket();
  expect(codes(await escalateTicket(id))).toEqual(['NO_STEP_LEFT input.toAgentId']);
  await createValidPath([stepTo(desk.lead)], { filter: { priority: { eq: 'URGENT' } } });
  const normal = await createValidPath([stepTo(desk.colleague)], {
    filter: { text: 'parcel', priority: { notIn: ['URGENT'] } },
  });
  await createValidPath([stepTo(desk.admin)]);
  await escalateTicket(id);
  expect((await readTicket(id)).escalation!.path).toEqual({ id: normal });
  await escalateTicket(id, { toAgentId: desk.admin.id });
  expect(await readTicket(id)).toMatchObject({
    assignee: { id: desk.admin.id },
    escalation: { path: null, step: 1, nextAt: null },
  });
  expect(codes(await escalateTicket(id, { toAgentId: newId('agt') }))).toEqual([
    'NOT_FOUND input.toAgentId',
  ]);
  expect(codes(await escalateTicket(id, { reason: ' ' }))).toEqual(['REQUIRED input.reason']);
});

test('refuses invalid paths, and refuses to delete a path while a ticket is on it', async () => {
  expect(codes(await createPath([{ after: 'PT1H' }]))).toEqual(['INVALID input.steps.0']);
  expect(
    codes(await createPath([{ ...stepTo(desk.lead), departmentId: desk.departmentId }])),
  ).toEqual(['INVALID input.steps.0.departmentId']);
  expect(codes(await createPath([stepTo(desk.lead), stepTo(desk.light)]))).toEqual([
    'INVALID input.steps.1.agentId',
  ]);
  expect(codes(await createPath([stepTo(desk.lead, 'PT0S')]))).toEqual([
    'INVALID input.steps.0.after',
  ]);
  expect(codes(await createPath([]))).toHaveLength(1);
  const longFilter = { filter: { assigneeId: { eq: 'x'.repeat(16_000) } } };
  expect(codes(await createPath([stepTo(desk.lead)], longFilter))).toEqual([
    'TOO_LONG input.filter',
  ]);
  const id = await createValidPath([stepTo(desk.colleague)]);
  expect(
    codes(await mutate(desk, desk.admin, 'escalationPathUpdate', { id, ...longFilter })),
  ).toEqual(['TOO_LONG input.filter']);
  const ticket = await desk.ticket();
  await escalateTicket(ticket.id);
  const remove = () => mutate(desk, desk.admin, 'escalationPathDelete', { id }, 'deletedId');
  expect(codes(await remove())).toEqual(['IN_USE input.id']);
  const updated = await mutate(
    desk,
    desk.admin,
    'escalationPathUpdate',
    { id, name: 'Other', expectedVersion: 1 },
    'escalationPath { version }',
  );
  expect(updated).toEqual({ escalationPath: { version: 2 }, userErrors: [] });
  await mutate(desk, desk.agent, 'ticketAssign', { id: ticket.id, assigneeId: null });
  expect(codes(await remove())).toEqual([]);
  expect(codes(await createPath([stepTo(desk.lead, 'PT1S')]))).toEqual([]);
});

test('is started by a macro with its note as the reason, and ended by undo', async () => {
  await createValidPath([stepTo(desk.colleague), stepTo(desk.lead)]);
  const actions = [{ escalate: true, note: 'Needs an expert.' }];
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
  expect(await readTicket(id)).toMatchObject({
    assignee: { id: desk.colleague.id },
    escalation: { reason: 'Needs an expert.' },
  });
  const undone = await mutate(
    desk,
    desk.agent,
    'operationUndo',
    { id: (applied['operation'] as { id: string }).id },
    'operation { state }',
  );
  expect(codes(undone)).toEqual([]);
  expect(await readTicket(id)).toMatchObject({ assignee: null, escalation: null });
});

test('skips 8 unreachable steps with as many statements as 1', async () => {
  const costs: number[] = [];
  for (const count of [1, 8]) {
    const desk = await openDesk(service);
    const createDepartment = async (index: number): Promise<string> =>
      (
        (
          await mutate(
            desk,
            desk.admin,
            'departmentCreate',
            { name: `Deleted ${index}` },
            'department { id }',
          )
        )['department'] as { id: string }
      ).id;
    const departments = await Promise.all(
      Array.from({ length: count }, (_, index) => createDepartment(index)),
    );
    const steps = [
      ...departments.map((departmentId) => ({ departmentId, after: 'PT1H' })),
      stepTo(desk.lead),
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
    const { ticket } = await desk.ask<{ ticket: TicketView }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { assignee { id } } }',
      { id },
    );
    expect(ticket).toEqual({ assignee: { id: desk.lead.id } });
  }
  expect(costs[1]).toBe(costs[0]);
});

test('does not use a path that is deleted concurrently', async () => {
  const pathId = await createValidPath([stepTo(desk.lead)]);
  const { id } = await desk.ticket();
  const deletion = await holdLocks(desk);
  await deletion.query('delete from escalation_path where id = $1', [uuidOf('esc', pathId)]);
  const escalation = escalateTicket(id);
  await deletion.waitForBlocked();
  await deletion.release();
  expect(codes(await escalation)).toEqual(['NO_STEP_LEFT input.toAgentId']);
});
