import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import type { TestClient } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

const block = (address: string, more: object = {}) =>
  mutate(desk, desk.lead, 'senderBlock', { address, ...more }, 'address');
const open = (actor: Actor, email: string) =>
  mutate(
    desk,
    actor,
    'ticketCreate',
    { subject: 'Hello', body: 'Text', channel: 'EMAIL', requester: { email } },
    'ticket { id requester { id } }',
  );
const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
/** A customer with this address who signs in. */
async function customerWithEmail(email: string): Promise<{ ticketId: string; actor: Actor }> {
  const { ticket } = await open(desk.agent, email);
  const { id, requester } = ticket as { id: string; requester: { id: string } };
  return { ticketId: id, actor: { ...desk.customer, id: requester.id } };
}

test('refuses tickets and messages of a blocked address until it is unblocked; agents may open tickets for it', async () => {
  const { ticketId, actor } = await customerWithEmail('eva@noise.example');
  expect(await block(' Eva@Noise.example ')).toEqual({
    address: 'eva@noise.example',
    userErrors: [],
  });
  expect(await block('eva@noise.example')).toEqual({
    address: 'eva@noise.example',
    userErrors: [],
  });
  expect(codes(await open(desk.partner, 'Eva@noise.example'))).toEqual([
    'SENDER_BLOCKED input.requester',
  ]);
  const input = { subject: 'Hello', body: 'Text' };
  expect(codes(await mutate(desk, actor, 'ticketCreate', input))).toEqual([
    'SENDER_BLOCKED undefined',
  ]);
  const message = { ticketId, visibility: 'PUBLIC', body: 'And now?' };
  expect(codes(await mutate(desk, actor, 'messageAdd', message))).toEqual([
    'SENDER_BLOCKED undefined',
  ]);
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id: ticketId,
    status: 'SOLVED',
    resolutionCode: 'ANSWERED',
  });
  for (const reason of ['And now?', null])
    expect(codes(await mutate(desk, actor, 'ticketReopen', { id: ticketId, reason }))).toEqual([
      'SENDER_BLOCKED undefined',
    ]);
  expect(codes(await open(desk.agent, 'eva@noise.example'))).toEqual([]);
  expect(codes(await open(desk.partner, 'ana@noise.example'))).toEqual([]);
  await block('eva@noise.example', { block: false });
  expect(codes(await mutate(desk, actor, 'messageAdd', message))).toEqual([]);
});

test('refuses reopening and adding copies by a blocked customer, who may still remove themself', async () => {
  const { ticketId: id, actor } = await customerWithEmail('ida@noise.example');
  await mutate(desk, desk.agent, 'ticketParticipantsUpdate', { id, addCcs: ['leo@noise.example'] });
  const { actor: ccCustomer } = await customerWithEmail('leo@noise.example');
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id,
    status: 'SOLVED',
    resolutionCode: 'NO_REPLY',
  });
  for (const address of ['ida@noise.example', 'leo@noise.example']) await block(address);
  expect(codes(await mutate(desk, actor, 'ticketReopen', { id, reason: 'Buy this' }))).toEqual([
    'SENDER_BLOCKED undefined',
  ]);
  const updateCopies = (more: object) =>
    mutate(desk, actor, 'ticketParticipantsUpdate', { id, ...more });
  expect(codes(await updateCopies({ addCcs: ['everybody@elsewhere.example'] }))).toEqual([
    'SENDER_BLOCKED undefined',
  ]);
  expect(
    codes(
      await mutate(desk, ccCustomer, 'ticketParticipantsUpdate', {
        id,
        removeCcs: ['leo@noise.example'],
      }),
    ),
  ).toEqual([]);
  expect(codes(await mutate(desk, desk.agent, 'ticketReopen', { id }))).toEqual([]);
});

test('imports earlier messages of a blocked sender and accepts messages that an app writes in its own name', async () => {
  await block('old@noise.example');
  const { ticket, userErrors } = await mutate(
    desk,
    desk.partner,
    'ticketImport',
    {
      externalId: 'old-1',
      subject: 'Hello',
      body: 'Text',
      requester: { email: 'old@noise.example' },
      createdAt: '2026-01-01T00:00:00Z',
      history: [{ at: '2026-01-02T00:00:00Z', body: 'And more', visibility: 'PUBLIC' }],
    },
    'ticket { id messages { totalCount } }',
  );
  expect([ticket, userErrors]).toMatchObject([{ messages: { totalCount: 2 } }, []]);
  const message = {
    ticketId: (ticket as { id: string }).id,
    visibility: 'PUBLIC',
    body: 'Please write to us from another address.',
  };
  const added = await mutate(
    desk,
    desk.partner,
    'messageAdd',
    message,
    'message { author { id } delivery }',
  );
  expect(added).toEqual({
    message: { author: { id: desk.partner.id }, delivery: 'SENT' },
    userErrors: [],
  });
});

test('blocks all addresses of a blocked domain, and of no other domain', async () => {
  expect(await block('@Spam.example')).toEqual({ address: '@spam.example', userErrors: [] });
  expect(codes(await open(desk.partner, 'one@spam.example'))).toEqual([
    'SENDER_BLOCKED input.requester',
  ]);
  expect(codes(await open(desk.partner, 'one@mail.spam.example'))).toEqual([]);
  expect(codes(await open(desk.partner, 'one@notspam.example'))).toEqual([]);
});

test('blocks the sender of a ticket that is marked as spam with blockSender', async () => {
  const { ticketId, actor } = await customerWithEmail('max@junk.example');
  const markSpam = (more: object) =>
    mutate(
      desk,
      desk.agent,
      'ticketSpamMark',
      { id: ticketId, spam: true, blockSender: true, ...more },
      'ticket { spam }',
    );
  expect(codes(await markSpam({ spam: false }))).toEqual(['INVALID input.blockSender']);
  expect(await markSpam({})).toEqual({ ticket: { spam: true }, userErrors: [] });
  expect(
    codes(await mutate(desk, actor, 'ticketCreate', { subject: 'Hello', body: 'Text' })),
  ).toEqual(['SENDER_BLOCKED undefined']);
  const { id } = await desk.ticket();
  expect(codes(await markSpam({ id }))).toEqual(['INVALID input.blockSender']);
});

test('refuses invalid addresses and keeps one block list per workspace', async () => {
  for (const address of ['nobody', '@', 'a@b', '@no domain.example', 'a@b.example, c@d.example'])
    expect(codes(await block(address))).toEqual(['INVALID input.address']);
  const otherDesk = await openDesk(service);
  expect(
    (
      await mutate(otherDesk, otherDesk.partner, 'ticketCreate', {
        subject: 'Hello',
        body: 'Text',
        requester: { email: 'two@spam.example' },
      })
    ).userErrors,
  ).toEqual([]);
});
