import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { type TestService, userActor } from '@deskgraph/common/testing/testing';
import { type Desk, mutate, openDesk, reply, startTickets } from '../../../testing/desk.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Opened {
  id: string;
  requester: Actor;
}
let made = 0;
/** A ticket that an app brought, and who asks in it. */
const opened = async (channel: string, history: object[] = []): Promise<Opened> => {
  const about = {
    externalId: `${++made}`,
    subject: 'Router',
    body: 'It blinks',
    createdAt: '2026-01-01T00:00:00Z',
  };
  const input = { ...about, channel, history, requester: { email: 'late@shop.example' } };
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
const say = async (actor: Actor, ticketId: string, channel?: string): Promise<string> => {
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

test('an answer leaves by the channel of the last message that came in, unless another is picked', async () => {
  const { id, requester } = await opened('EMAIL');
  await say(desk.agent, id);
  await say(requester, id, 'CHAT');
  await say(desk.agent, id);
  await say(desk.agent, id, 'CALL');
  await say(desk.colleague, id);
  expect(await channels(id)).toEqual(['EMAIL', 'EMAIL', 'CHAT', 'CHAT', 'CALL', 'CHAT']);
});

test('so does the answer to the incidents of a problem, each by its own', async () => {
  const [problem, chat, mail] = [await opened('API'), await opened('EMAIL'), await opened('EMAIL')];
  await say(chat.requester, chat.id, 'CHAT');
  await mutate(desk, desk.lead, 'ticketsGroup', { ids: [chat.id, mail.id], problemId: problem.id });
  await mutate(desk, desk.lead, 'ticketStatusChange', {
    id: problem.id,
    status: 'SOLVED',
    reply: 'It works again.',
  });
  const last = async ({ id }: Opened): Promise<string | undefined> => (await channels(id)).at(-1);
  expect([await last(problem), await last(chat), await last(mail)]).toEqual([
    'API',
    'CHAT',
    'EMAIL',
  ]);
});

test('a late reply to a closed ticket makes one of the channel that it comes by', async () => {
  const { id, requester } = await opened('EMAIL', [
    { at: '2026-01-02T00:00:00Z', status: 'CLOSED' },
  ]);
  expect(await channels(await say(requester, id, 'CHAT'))).toEqual(['CHAT']);
});
