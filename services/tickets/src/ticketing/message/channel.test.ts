import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { type TestClient, userActor } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, reply, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface ImportedTicket {
  id: string;
  requester: Actor;
}
let importCount = 0;
/** Imports a ticket; returns it with its requester. */
const importTicket = async (channel: string, history: object[] = []): Promise<ImportedTicket> => {
  const ticketInput = {
    externalId: `${++importCount}`,
    subject: 'Router',
    body: 'It blinks',
    createdAt: '2026-01-01T00:00:00Z',
  };
  const input = { ...ticketInput, channel, history, requester: { email: 'late@shop.example' } };
  const { ticket } = await mutate(
    desk,
    desk.partner,
    'ticketImport',
    input,
    'ticket { id requester { id } }',
  );
  const { id, requester } = ticket as { id: string; requester: { id: string } };
  return {
    id,
    requester: userActor(Role.REQUESTER, desk.workspace, { id: requester.id, name: 'Late' }),
  };
};
const replyTo = async (actor: Actor, ticketId: string, channel?: string): Promise<string> => {
  const { ticket, userErrors } = await reply(desk, actor, ticketId, channel ? { channel } : {});
  expect(userErrors).toEqual([]);
  return (ticket as { id: string }).id;
};
const channels = async (id: string): Promise<string[]> => {
  const { ticket } = await desk.ask<{ ticket: { messages: { nodes: { channel: string }[] } } }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { messages { nodes { channel } } } }',
    { id },
  );
  return ticket.messages.nodes.map(({ channel }) => channel);
};

test('a reply is sent by the channel of the last customer message, unless the input names another', async () => {
  const { id, requester } = await importTicket('EMAIL');
  await replyTo(desk.agent, id);
  await replyTo(requester, id, 'CHAT');
  await replyTo(desk.agent, id);
  await replyTo(desk.agent, id, 'CALL');
  await replyTo(desk.colleague, id);
  expect(await channels(id)).toEqual(['EMAIL', 'EMAIL', 'CHAT', 'CHAT', 'CALL', 'CHAT']);
});

test('replies to the incidents of a problem are sent by the channel of each incident', async () => {
  const [problem, chat, mail] = [
    await importTicket('API'),
    await importTicket('EMAIL'),
    await importTicket('EMAIL'),
  ];
  await replyTo(chat.requester, chat.id, 'CHAT');
  await mutate(desk, desk.lead, 'ticketsGroup', { ids: [chat.id, mail.id], problemId: problem.id });
  await mutate(desk, desk.lead, 'ticketStatusChange', {
    id: problem.id,
    status: 'SOLVED',
    reply: 'It works again.',
  });
  const last = async ({ id }: ImportedTicket): Promise<string | undefined> =>
    (await channels(id)).at(-1);
  expect([await last(problem), await last(chat), await last(mail)]).toEqual([
    'API',
    'CHAT',
    'EMAIL',
  ]);
});

test('a follow-up has the channel of the late reply', async () => {
  const { id, requester } = await importTicket('EMAIL', [
    { at: '2026-01-02T00:00:00Z', status: 'CLOSED' },
  ]);
  expect(await channels(await replyTo(requester, id, 'CHAT'))).toEqual(['CHAT']);
});
