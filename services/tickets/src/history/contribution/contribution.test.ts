import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

const act = async (
  name: string,
  input: object,
  selection = '',
  actor = desk.agent,
): Promise<Result> => {
  const result = await mutate(desk, actor, name, input, selection);
  expect(result.userErrors).toEqual([]);
  return result;
};
const write = (ticketId: string, visibility = 'PUBLIC', actor = desk.agent): Promise<Result> =>
  act(
    'messageAdd',
    { ticketId, visibility, body: 'Words.', override: true },
    'message { id }',
    actor,
  );
interface ContributionView {
  agent: { name: string };
  replies: number;
  notes: number;
  firstAt: string;
  lastAt: string;
}
const contributionsOf = async (id: string): Promise<ContributionView[]> =>
  (
    await desk.ask<{ ticket: { contributions: ContributionView[] } }>(
      desk.light,
      'query ($id: ID!) { ticket(id: $id) { contributions { agent { name } replies notes firstAt lastAt } } }',
      { id },
    )
  ).ticket.contributions;
const countsOf = async (id: string): Promise<unknown[]> =>
  (await contributionsOf(id)).map(({ agent, replies, notes }) => [agent.name, replies, notes]);

test('counts replies and notes per agent, by name, with the first and last activity; a redaction counts as activity', async () => {
  const { id } = await desk.ticket();
  const redacted = (await write(id))['message'] as { id: string };
  await write(id, 'PRIVATE', desk.colleague);
  await write(id);
  await act('messageRedact', { id: redacted.id, text: 'Words.' }, '', desk.lead);
  expect(await countsOf(id)).toEqual([
    ['Ana', 2, 0],
    ['Bor', 0, 1],
    ['lead', 0, 0],
  ]);
  const [ana, , lead] = await contributionsOf(id);
  expect([Date.parse(ana!.firstAt) < Date.parse(ana!.lastAt), lead!.firstAt]).toEqual([
    true,
    lead!.lastAt,
  ]);
});

test('messages count for the ticket that they are in: the merge target, and the source again after an undo', async () => {
  const [into, from] = [(await desk.ticket()).id, (await desk.ticket()).id];
  await write(from, 'PUBLIC', desk.colleague);
  const { operation } = await act('ticketMerge', { ids: [from], intoId: into }, 'operation { id }');
  expect([await countsOf(into), await countsOf(from)]).toEqual([
    [
      ['Ana', 0, 0],
      ['Bor', 1, 0],
    ],
    [
      ['Ana', 0, 0],
      ['Bor', 0, 0],
    ],
  ]);
  await act('operationUndo', { id: (operation as { id: string }).id });
  expect(await countsOf(from)).toEqual([
    ['Ana', 0, 0],
    ['Bor', 1, 0],
  ]);
  expect(await countsOf(into)).toEqual([['Ana', 0, 0]]);
});

test('the contributions to 12 tickets need as many statements as those to 2', async () => {
  const createRepliedTicket = async (): Promise<Result> => write((await desk.ticket()).id);
  const cost = async (): Promise<number> =>
    (
      await countStatements(() =>
        desk.ask(desk.light, '{ tickets { nodes { contributions { replies agent { name } } } } }'),
      )
    ).length;
  await Promise.all([createRepliedTicket(), createRepliedTicket()]);
  const statementsForTwo = await cost();
  await Promise.all(Array.from({ length: 10 }, createRepliedTicket));
  expect(await cost()).toBe(statementsForTwo);
});
