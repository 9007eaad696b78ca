import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestService;
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

const macro = async (name: string, departmentId?: string): Promise<string> => {
  const input = { name, actions: [{ note: name }], departmentId };
  const made = await mutate(
    desk,
    { ...desk.lead, departments: [desk.departmentId] },
    'macroCreate',
    input,
    'macro { id }',
  );
  return (made['macro'] as { id: string }).id;
};
const ticket = async (tags: string[], departmentId?: string): Promise<string> => {
  const { id } = await desk.ticket();
  if (tags.length) await mutate(desk, desk.agent, 'ticketUpdate', { id, addTags: tags });
  if (departmentId) await mutate(desk, desk.agent, 'ticketAssign', { id, departmentId });
  return id;
};
const use = async (id: string, ticketId: string): Promise<void> =>
  expect(await mutate(desk, member, 'macroApply', { id, ticketId })).toMatchObject({
    userErrors: [],
  });
const suggested = async (id: string, actor: Actor = member, first?: number): Promise<string[]> =>
  (
    await desk.ask<{ ticket: { suggestedMacros: { name: string }[] } }>(
      actor,
      'query ($id: ID!, $first: Int) { ticket(id: $id) { suggestedMacros(first: $first) { name } } }',
      { id, ...(first !== undefined && { first }) },
    )
  ).ticket.suggestedMacros.map(({ name }) => name);

test('macros that were used on tickets with the same labels and department come first, then those that are used most, then by name', async () => {
  const [often, refund, delay] = [
    await macro('Often'),
    await macro('Refund'),
    await macro('Delay', desk.departmentId),
  ];
  await macro('Idle');
  for (let n = 0; n < 3; n++) await use(often, await ticket(['else']));
  await use(refund, await ticket(['refund']));
  await use(delay, await ticket(['refund'], desk.departmentId));
  expect(await suggested(await ticket(['refund']), member, 10)).toEqual([
    'Delay',
    'Refund',
    'Often',
    'Idle',
  ]);
  expect(await suggested(await ticket(['refund'], desk.departmentId), member, 2)).toEqual([
    'Delay',
    'Refund',
  ]);
  expect(await suggested(await ticket(['unknown']))).toEqual(['Often', 'Delay', 'Refund']);
  // What is of a department is for its people.
  expect(await suggested(await ticket(['refund']), desk.colleague)).toEqual([
    'Refund',
    'Often',
    'Idle',
  ]);
});

test('a page of tickets is suggested macros with one statement more, and only to those who answer', async () => {
  const { id } = { id: await macro('Refund') };
  for (let n = 0; n < 6; n++) await use(id, await ticket([`label ${n}`]));
  const page = (first: number) => () =>
    desk.ask(
      member,
      'query ($first: Int) { tickets(first: $first) { nodes { id suggestedMacros { name } } } }',
      { first },
    );
  const few = await countStatements(page(1));
  expect((await countStatements(page(6))).length).toBe(few.length);
  const answer = await desk.answer<{ tickets: { nodes: { suggestedMacros: null }[] } }>(
    desk.light,
    '{ tickets(first: 1) { nodes { suggestedMacros { name } } } }',
  );
  expect(answer.data!.tickets.nodes).toEqual([{ suggestedMacros: null }]);
  expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
