import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

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

const createMacro = async (name: string, departmentId?: string): Promise<string> => {
  const input = { name, actions: [{ note: name }], departmentId };
  const created = await mutate(
    desk,
    { ...desk.lead, departments: [desk.departmentId] },
    'macroCreate',
    input,
    'macro { id }',
  );
  return (created['macro'] as { id: string }).id;
};
const createTicket = async (tags: string[], departmentId?: string): Promise<string> => {
  const { id } = await desk.ticket();
  if (tags.length) await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: tags });
  if (departmentId) await mutate(desk, desk.agent, 'ticketAssign', { id, departmentId });
  return id;
};
const applyMacro = async (id: string, ticketId: string): Promise<void> =>
  expect(await mutate(desk, member, 'macroApply', { id, ticketId })).toMatchObject({
    userErrors: [],
  });
const suggestedNames = async (
  id: string,
  actor: Actor = member,
  first?: number,
): Promise<string[]> =>
  (
    await desk.ask<{ ticket: { suggestedMacros: { name: string }[] } }>(
      actor,
      'query ($id: ID!, $first: Int) { ticket(id: $id) { suggestedMacros(first: $first) { name } } }',
      { id, ...(first !== undefined && { first }) },
    )
  ).ticket.suggestedMacros.map(({ name }) => name);

test('ranks macros by use on tickets with the same tags and department, then by total use, then by name', async () => {
  const [often, refund, delay] = [
    await createMacro('Often'),
    await createMacro('Refund'),
    await createMacro('Delay', desk.departmentId),
  ];
  await createMacro('Idle');
  for (let count = 0; count < 3; count++) await applyMacro(often, await createTicket(['else']));
  await applyMacro(refund, await createTicket(['refund']));
  await applyMacro(delay, await createTicket(['refund'], desk.departmentId));
  expect(await suggestedNames(await createTicket(['refund']), member, 10)).toEqual([
    'Delay',
    'Refund',
    'Often',
    'Idle',
  ]);
  expect(
    await suggestedNames(await createTicket(['refund'], desk.departmentId), member, 2),
  ).toEqual(['Delay', 'Refund']);
  expect(await suggestedNames(await createTicket(['unknown']))).toEqual([
    'Often',
    'Delay',
    'Refund',
  ]);
  // The macro Delay is visible only to the agents of its department.
  expect(await suggestedNames(await createTicket(['refund']), desk.colleague)).toEqual([
    'Refund',
    'Often',
    'Idle',
  ]);
});

test('loads the suggestions of all tickets on a page with one statement, and only for agents who answer', async () => {
  const id = await createMacro('Refund');
  for (let index = 0; index < 6; index++)
    await applyMacro(id, await createTicket([`tag ${index}`]));
  const readPage = (first: number) => () =>
    desk.ask(
      member,
      'query ($first: Int) { tickets(first: $first) { nodes { id suggestedMacros { name } } } }',
      { first },
    );
  const few = await countStatements(readPage(1));
  expect((await countStatements(readPage(6))).length).toBe(few.length);
  const answer = await desk.answer<{ tickets: { nodes: { suggestedMacros: null }[] } }>(
    desk.light,
    '{ tickets(first: 1) { nodes { suggestedMacros { name } } } }',
  );
  expect(answer.data!.tickets.nodes).toEqual([{ suggestedMacros: null }]);
  expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
