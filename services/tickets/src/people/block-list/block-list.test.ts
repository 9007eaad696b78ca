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
/** The person behind an address, who signs in. */
async function customer(email: string): Promise<{ ticketId: string; actor: Actor }> {
  const { ticket } = await open(desk.agent, email);
  const { id, requester } = ticket as { id: string; requester: { id: string } };
  return { ticketId: id, actor: { ...desk.customer, id: requester.id } };
}

test('an address on the list opens no ticket and writes nothing, until it is taken off; the staff open tickets for it', async () => {
  const { ticketId, actor } = await customer('eva@noise.example');
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
  const own = { subject: 'Hello', body: 'Text' };
  expect(codes(await mutate(desk, actor, 'ticketCreate', own))).toEqual([
    'SENDER_BLOCKED undefined',
  ]);
  const written = { ticketId, visibility: 'PUBLIC', body: 'And now?' };
  expect(codes(await mutate(desk, actor, 'messageAdd', written))).toEqual([
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
  expect(codes(await mutate(desk, actor, 'messageAdd', written))).toEqual([]);
});

test('who is on the list neither sends a ticket back to work nor lets others have copies of it; he may leave', async () => {
  const { ticketId: id, actor } = await customer('ida@noise.example');
  await mutate(desk, desk.agent, 'ticketParticipantsUpdate', { id, addCcs: ['leo@noise.example'] });
  const { actor: guest } = await customer('leo@noise.example');
  await mutate(desk, desk.agent, 'ticketStatusChange', {
    id,
    status: 'SOLVED',
    resolutionCode: 'NO_REPLY',
  });
  for (const address of ['ida@noise.example', 'leo@noise.example']) await block(address);
  expect(codes(await mutate(desk, actor, 'ticketReopen', { id, reason: 'Buy this' }))).toEqual([
    'SENDER_BLOCKED undefined',
  ]);
  const copies = (more: object) => mutate(desk, actor, 'ticketParticipantsUpdate', { id, ...more });
  expect(codes(await copies({ addCcs: ['everybody@elsewhere.example'] }))).toEqual([
    'SENDER_BLOCKED undefined',
  ]);
  expect(
    codes(
      await mutate(desk, guest, 'ticketParticipantsUpdate', {
        id,
        removeCcs: ['leo@noise.example'],
      }),
    ),
  ).toEqual([]);
  expect(codes(await mutate(desk, desk.agent, 'ticketReopen', { id }))).toEqual([]);
});

test('what was said before comes in with its history, and what an app says in its own name is no word of the sender', async () => {
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
  const said = {
    ticketId: (ticket as { id: string }).id,
    visibility: 'PUBLIC',
    body: 'Please write to us from another address.',
  };
  const added = await mutate(
    desk,
    desk.partner,
    'messageAdd',
    said,
    'message { author { id } delivery }',
  );
  expect(added).toEqual({
    message: { author: { id: desk.partner.id }, delivery: 'SENT' },
    userErrors: [],
  });
});

test('a domain on the list stands for all of its addresses, and for no other domain', async () => {
  expect(await block('@Spam.example')).toEqual({ address: '@spam.example', userErrors: [] });
  expect(codes(await open(desk.partner, 'one@spam.example'))).toEqual([
    'SENDER_BLOCKED input.requester',
  ]);
  expect(codes(await open(desk.partner, 'one@mail.spam.example'))).toEqual([]);
  expect(codes(await open(desk.partner, 'one@notspam.example'))).toEqual([]);
});

test('who marks spam can put its sender on the list', async () => {
  const { ticketId, actor } = await customer('max@junk.example');
  const mark = (more: object) =>
    mutate(
      desk,
      desk.agent,
      'ticketSpamMark',
      { id: ticketId, spam: true, blockSender: true, ...more },
      'ticket { spam }',
    );
  expect(codes(await mark({ spam: false }))).toEqual(['INVALID input.blockSender']);
  expect(await mark({})).toEqual({ ticket: { spam: true }, userErrors: [] });
  expect(
    codes(await mutate(desk, actor, 'ticketCreate', { subject: 'Hello', body: 'Text' })),
  ).toEqual(['SENDER_BLOCKED undefined']);
  const { id } = await desk.ticket();
  expect(codes(await mark({ id }))).toEqual(['INVALID input.blockSender']);
});

test('what is no address is refused, and each workspace has a list of its own', async () => {
  for (const address of ['nobody', '@', 'a@b', '@no domain.example', 'a@b.example, c@d.example'])
    expect(codes(await block(address))).toEqual(['INVALID input.address']);
  const elsewhere = await openDesk(service);
  expect(
    (
      await mutate(elsewhere, elsewhere.partner, 'ticketCreate', {
        subject: 'Hello',
        body: 'Text',
        requester: { email: 'two@spam.example' },
      })
    ).userErrors,
  ).toEqual([]);
});
