import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { uuidOf } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { type Desk, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { holdLocks } from '../../../testing/lock-holder.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface DraftView {
  id: string;
  author: { id: string };
  body: string;
  shared: boolean;
  visibility: string;
}
const save = (actor: Actor, ticketId: string, body: string, more: object = {}) =>
  mutate(
    desk,
    actor,
    'draftSave',
    { ticketId, body, visibility: 'PUBLIC', ...more },
    'draft { id author { id } body shared visibility }',
  );
const drafts = async (actor: Actor, id: string): Promise<DraftView[]> =>
  (
    await desk.ask<{ ticket: { drafts: DraftView[] } }>(
      actor,
      'query ($id: ID!) { ticket(id: $id) { drafts { id author { id } body shared visibility } } }',
      { id },
    )
  ).ticket.drafts;
const bodies = async (actor: Actor, id: string): Promise<string[]> =>
  (await drafts(actor, id)).map(({ body }) => body).sort();
const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);

test('an agent has one draft reply and one draft note per ticket; saving replaces a draft, an empty body deletes it', async () => {
  const { id } = await desk.ticket();
  const first = await save(desk.agent, id, 'Dear ');
  const again = await save(desk.agent, id, ' Dear Marta, \n');
  const draft = again['draft'] as DraftView;
  expect(draft).toEqual({
    id: (first['draft'] as DraftView).id,
    author: { id: desk.agent.id },
    body: ' Dear Marta, \n',
    shared: false,
    visibility: 'PUBLIC',
  });
  await save(desk.agent, id, 'A note', { visibility: 'PRIVATE' });
  expect(await bodies(desk.agent, id)).toEqual([' Dear Marta, \n', 'A note']);
  expect(await save(desk.agent, id, ' \n')).toEqual({ draft: null, userErrors: [] });
  expect(await bodies(desk.agent, id)).toEqual(['A note']);
});

test('colleagues read shared drafts only; requesters read none, and apps cannot save any', async () => {
  const { id } = await desk.ticket();
  await save(desk.agent, id, 'Mine');
  expect(await drafts(desk.colleague, id)).toEqual([]);
  await save(desk.agent, id, 'Mine', { shared: true });
  expect(await bodies(desk.colleague, id)).toEqual(['Mine']);
  const { data, errors } = await desk.answer<{ ticket: { drafts: null } }>(
    desk.customer,
    'query ($id: ID!) { ticket(id: $id) { drafts { id } } }',
    { id },
  );
  expect(data).toEqual({ ticket: { drafts: null } });
  expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
  const variables = { input: { ticketId: id, body: 'x', visibility: 'PUBLIC' } };
  for (const actor of [desk.partner, desk.light, desk.customer]) {
    const answer = await desk.answer(
      actor,
      'mutation ($input: DraftSaveInput!) { draftSave(input: $input) { userErrors { code } } }',
      variables,
    );
    expect(answer.errors![0]!.extensions.code).toBe('FORBIDDEN');
  }
});

test('sending a message deletes the draft; cancelling the message restores it', async () => {
  const { id } = await desk.ticket();
  await save(desk.agent, id, 'Half of it');
  await save(desk.agent, id, 'A note', { visibility: 'PRIVATE' });
  await save(desk.colleague, id, 'Of a colleague', { shared: true });
  const { message } = await reply(desk, desk.agent, id, {
    body: '**All** of it',
    sendAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  expect(await bodies(desk.agent, id)).toEqual(['A note', 'Of a colleague']);
  await mutate(desk, desk.agent, 'messageCancel', { id: (message as { id: string }).id });
  expect(await bodies(desk.agent, id)).toEqual(['**All** of it', 'A note', 'Of a colleague']);
  await mutate(desk, desk.agent, 'messageAdd', {
    ticketId: id,
    visibility: 'PRIVATE',
    body: 'The note',
  });
  expect(await bodies(desk.agent, id)).toEqual(['**All** of it', 'Of a colleague']);
});

test('merging tickets moves their drafts and joins those of the same author', async () => {
  const [first, second, into] = await Promise.all([desk.ticket(), desk.ticket(), desk.ticket()]);
  await save(desk.agent, first.id, 'One', { shared: true });
  await save(desk.agent, second.id, 'Two');
  await save(desk.colleague, second.id, 'Colleague');
  await save(desk.agent, into.id, 'Into');
  await mutate(desk, desk.agent, 'ticketMerge', { ids: [first.id, second.id], intoId: into.id });
  expect(await bodies(desk.agent, into.id)).toEqual(['Into\n\nOne\n\nTwo']);
  expect(await bodies(desk.colleague, into.id)).toEqual(['Colleague']);
  await save(desk.agent, first.id, 'Written to the old one');
  expect(await bodies(desk.agent, into.id)).toEqual(['Written to the old one']);
});

test('saving a draft appends no event and does not change the ticket’s version', async () => {
  const ticket = await desk.ticket();
  const read = () =>
    desk.ask(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { version updatedAt timeline { totalCount } } }',
      { id: ticket.id },
    );
  const before = await read();
  await save(desk.agent, ticket.id, 'Typed');
  expect(await read()).toEqual(before);
});

test('reads the drafts of a page of tickets with one statement', async () => {
  const tickets = await Promise.all([desk.ticket(), desk.ticket(), desk.ticket()]);
  for (const { id } of tickets) await save(desk.agent, id, 'Text');
  const count = (first: number) =>
    countStatements(() =>
      desk.ask(
        desk.agent,
        'query ($first: Int) { tickets(first: $first) { nodes { drafts { author { id } body } } } }',
        { first },
      ),
    );
  expect((await count(3)).length).toBe((await count(1)).length);
});

test('refuses invalid input and names the field', async () => {
  const { id } = await desk.ticket();
  expect(codes(await save(desk.agent, 'tkt_made_up', 'x'))).toEqual(['NOT_FOUND input.ticketId']);
  expect(codes(await save(desk.agent, id, 'ž'.repeat(32 * 1024)))).toEqual([]);
  expect(codes(await save(desk.agent, id, `${'ž'.repeat(32 * 1024)}.`))).toEqual([
    'TOO_LONG input.body',
  ]);
});

test('a draft saved while its ticket is being merged is saved in the target of the merge', async () => {
  const [from, into] = [await desk.ticket(), await desk.ticket()];
  const merging = await holdLocks(desk);
  await merging.query('select from ticket where id = $1 for update', [uuidOf('tkt', from.id)]);
  const saved = save(desk.agent, from.id, 'Dear Marta');
  await merging.waitForBlocked();
  await merging.query('update ticket set merged_into_id = $1 where id = $2', [
    uuidOf('tkt', into.id),
    uuidOf('tkt', from.id),
  ]);
  await merging.release();
  expect(codes(await saved)).toEqual([]);
  expect([await bodies(desk.agent, from.id), await bodies(desk.agent, into.id)]).toEqual([
    [],
    ['Dear Marta'],
  ]);
});
