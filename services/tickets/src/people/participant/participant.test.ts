import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { IdentityKind } from '@deskgraph/common/auth/contact-identity';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import {
  type SubscriptionClient,
  type TestService,
  countStatements,
  userActor,
} from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { waitForEventLog } from '../../../testing/event-log.ts';
import { LiveListClient, subscriptionClientOf } from '../../../testing/live-list-client.ts';
import { deterministicCustomerId } from '../requester/unknown-contact.ts';
import { applyCustomerEvent } from '../requester/customer-events.ts';

let service: TestService;
let desk: Desk;
let owner: Client;
const clients: SubscriptionClient[] = [];
const disposeClients = async (): Promise<void> => {
  for (const client of clients.splice(0)) await client.dispose();
};

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
});
afterEach(disposeClients);
afterAll(async () => {
  await owner.end();
  await service.stop();
});

let guestCount = 0;
/** A contact with a new address; signs in under the id that the customer gets on discovery. */
function guest(): { email: string; actor: Actor } {
  const email = `guest${++guestCount}@post.example`;
  const id = deterministicCustomerId(desk.workspace, { kind: IdentityKind.EMAIL, value: email });
  return {
    email,
    actor: userActor(Role.REQUESTER, desk.workspace, { id, name: `Guest ${guestCount}` }),
  };
}

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const addCcs = (actor: Actor, id: string, ...emails: string[]): Promise<Result> =>
  mutate(desk, actor, 'ticketParticipantsUpdate', { id, addCcs: emails }, 'ticket { id }');
const removeCcs = (actor: Actor, id: string, ...emails: string[]): Promise<Result> =>
  mutate(desk, actor, 'ticketParticipantsUpdate', { id, removeCcs: emails }, 'ticket { id }');
const addMessage = (actor: Actor, ticketId: string, more: object = {}): Promise<Result> =>
  mutate(
    desk,
    actor,
    'messageAdd',
    { ticketId, visibility: 'PUBLIC', body: 'A word', ...more },
    'ticket { id status } message { id }',
  );

interface ParticipantsView {
  participants: { kind: string; email: string | null; actor: { id: string } | null }[];
}
const participantsOf = async (actor: Actor, id: string): Promise<string[]> => {
  const query = 'query ($id: ID!) { ticket(id: $id) { participants { kind email actor { id } } } }';
  const { ticket } = await desk.ask<{ ticket: ParticipantsView }>(actor, query, { id });
  return ticket.participants
    .map(({ kind, actor: participant }) => `${kind} ${participant?.id}`)
    .toSorted();
};

/** Reads a ticket by every path on which a caller may find it. */
const PATHS = `query ($id: ID!, $number: Int!, $message: ID!, $note: ID!, $file: ID!) {
  byId: ticket(id: $id) { id } byNumber: ticket(number: $number) { id } ofNode: node(id: $id) { id }
  list: tickets(filter: { id: { eq: $id } }) { totalCount nodes { id } }
  words: tickets(filter: { text: "zebra" }) { totalCount }
  secret: tickets(filter: { text: "giraffe" }) { totalCount }
  message: node(id: $message) { id } note: node(id: $note) { id } file: node(id: $file) { id }
  events: ticketEvents(filter: { id: { eq: $id } }, first: 100) { nodes { type } }
  agent: node(id: "${'AGENT'}") { id } }`;

describe('customers who get copies', () => {
  test('are at most 20, without duplicates and the requester, and become customers if unknown', async () => {
    const guests = Array.from({ length: 20 }, guest);
    const emails = guests.map(({ email }) => email);
    const requester = guest();
    const input = {
      subject: 'A',
      body: 'B',
      channel: 'EMAIL',
      requester: { email: requester.email },
      ccs: [requester.email, ...emails.slice(1)],
    };
    const created = (await mutate(
      desk,
      desk.agent,
      'ticketCreate',
      input,
      'ticket { id }',
    )) as unknown as { ticket: { id: string } };
    const { id } = created.ticket;
    expect(
      codes(await addCcs(desk.agent, id, emails[0]!, emails[0]!.toUpperCase(), emails[1]!)),
    ).toEqual([]);
    expect(await participantsOf(desk.agent, id)).toEqual(
      guests.map(({ actor }) => `CC ${actor.id}`).toSorted(),
    );
    expect(codes(await addCcs(desk.agent, id, guest().email))).toEqual([
      'LIMIT_REACHED input.addCcs',
    ]);
    expect(codes(await addCcs(desk.agent, id, 'nobody'))).toEqual(['INVALID input.addCcs.0']);
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::integer as count from (select type, data from outbox union all select type, data from event_log) event
       where type = 'requester.met' and data ->> 'value' = any($1)`,
      [emails],
    );
    expect(rows[0]!.count).toBe(20);
  });

  test('are added and read with the same number of statements for two and for twenty', async () => {
    const addStatements = (guests: number) =>
      countStatements(async () => {
        await desk.ticket({ ccs: Array.from({ length: guests }, () => guest().email) });
      });
    await addStatements(1);
    expect((await addStatements(20)).length).toBe((await addStatements(2)).length);
    const countReadStatements = async (size: number): Promise<number> => {
      const query = `query ($first: Int) { tickets(first: $first, orderBy: [{ field: NUMBER, direction: DESC }]) { nodes { participants { email actor { id } } } } }`;
      return (await countStatements(() => desk.ask(desk.agent, query, { first: size }))).length;
    };
    expect(await countReadStatements(20)).toBe(await countReadStatements(2));
  });

  test('are merged with tickets and removed when the merge is undone; a split keeps them', async () => {
    const [one, two, three] = [guest(), guest(), guest()];
    const { id: into } = await desk.ticket({ ccs: [one.email] });
    const { id: from } = await desk.ticket({ ccs: [one.email, two.email] });
    await mutate(desk, desk.lead, 'ticketFollow', { id: from });
    const { operation } = (await mutate(
      desk,
      desk.agent,
      'ticketMerge',
      { ids: [from], intoId: into },
      'operation { id }',
    )) as unknown as {
      operation: { id: string };
    };
    const all = [`CC ${one.actor.id}`, `CC ${two.actor.id}`, `FOLLOWER ${desk.lead.id}`].toSorted();
    expect(await participantsOf(desk.agent, into)).toEqual(all);
    expect(codes(await addCcs(desk.agent, from, three.email))).toEqual(['ALREADY_MERGED input.id']);
    await addCcs(desk.agent, into, three.email);
    expect(codes(await mutate(desk, desk.agent, 'operationUndo', { id: operation.id }))).toEqual(
      [],
    );
    expect(await participantsOf(desk.agent, into)).toEqual(
      [`CC ${one.actor.id}`, `CC ${three.actor.id}`].toSorted(),
    );
    expect(await participantsOf(desk.agent, from)).toEqual(all);
    const { message } = (await addMessage(desk.customer, into)) as unknown as {
      message: { id: string };
    };
    const splitInput = { id: into, messageIds: [message.id], subject: 'Cut' };
    const { newTicket } = (await mutate(
      desk,
      desk.agent,
      'ticketSplit',
      splitInput,
      'newTicket { id }',
    )) as unknown as {
      newTicket: { id: string };
    };
    expect(await participantsOf(desk.agent, newTicket.id)).toEqual(
      [`CC ${one.actor.id}`, `CC ${three.actor.id}`].toSorted(),
    );
  });

  test('are replaced by the customer they are merged into, and removed when they become the requester', async () => {
    const [one, two] = [guest(), guest()];
    const { id } = await desk.ticket({ ccs: [one.email, two.email] });
    await owner.query(
      'insert into requester (id, workspace_id, name) values ($1, $2, $3) on conflict do nothing',
      [uuidOf('cus', desk.stranger.id), desk.workspace, 'Eva'],
    );
    const { orm, log } = service.service;
    const ctx = new Context({
      orm,
      log,
      actor: systemActor(desk.workspace),
      requestId: 'test',
      locales: [],
    });
    const merged = {
      type: 'customer.merged',
      subject: one.actor.id,
      data: { from: one.actor.id, into: desk.stranger.id },
    };
    await ctx.write(() => applyCustomerEvent(ctx, merged as never));
    expect(await participantsOf(desk.stranger, id)).toEqual(
      [`CC ${desk.stranger.id}`, `CC ${two.actor.id}`].toSorted(),
    );
    expect(
      await desk.ask(one.actor, 'query ($id: ID!) { ticket(id: $id) { id } }', { id }),
    ).toEqual({ ticket: null });
    await mutate(desk, desk.agent, 'ticketRequesterChange', {
      id,
      requester: { email: two.email },
    });
    expect(await participantsOf(two.actor, id)).toEqual([`CC ${desk.stranger.id}`]);
    expect(
      await desk.ask(desk.customer, 'query ($id: ID!) { ticket(id: $id) { id } }', { id }),
    ).toEqual({ ticket: null });
  });
});

describe('a customer who gets copies', () => {
  test('finds the ticket on every path as its requester does, nothing internal, and nothing after their removal', async () => {
    const { email, actor } = guest();
    const { id, number } = await desk.ticket({ body: 'The zebra is late.', ccs: [email] });
    const { attachment } = (await mutate(
      desk,
      desk.agent,
      'attachmentUploadCreate',
      { name: 'a.txt', contentType: 'text/plain', size: 1 },
      'attachment { id }',
    )) as unknown as { attachment: { id: string } };
    await owner.query(`update attachment set scan = 'CLEAN' where id = $1`, [
      uuidOf('att', attachment.id),
    ]);
    const answer = await reply(desk, desk.agent, id);
    await owner.query('update attachment set message_id = $1 where id = $2', [
      uuidOf('msg', (answer['message'] as { id: string }).id),
      uuidOf('att', attachment.id),
    ]);
    const { message: note } = (await addMessage(desk.agent, id, {
      visibility: 'PRIVATE',
      body: 'A giraffe.',
    })) as unknown as {
      message: { id: string };
    };
    const readAllPaths = (reader: Actor): Promise<object> =>
      desk.ask(reader, PATHS.replace('AGENT', desk.agent.id), {
        id,
        number,
        message: (answer['message'] as { id: string }).id,
        note: note.id,
        file: attachment.id,
      });
    const everything = await readAllPaths(desk.customer);
    expect(everything).toMatchObject({
      byId: { id },
      list: { totalCount: 1 },
      words: { totalCount: 1 },
      secret: { totalCount: 0 },
      note: null,
      file: { id: attachment.id },
      agent: { id: desk.agent.id },
    });
    expect(await readAllPaths(actor)).toEqual(everything);
    expect(await participantsOf(actor, id)).toEqual([`CC ${actor.id}`]);
    const { id: other } = await desk.ticket();
    expect(
      await desk.ask(actor, 'query ($id: ID!) { ticket(id: $id) { id } tickets { totalCount } }', {
        id: other,
      }),
    ).toEqual({
      ticket: null,
      tickets: { totalCount: 1 },
    });
    const ticketsOfCustomer =
      'query ($id: ID!) { _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer { tickets { totalCount } } } }';
    expect(await desk.ask(actor, ticketsOfCustomer, { id: actor.id })).toEqual({
      _entities: [{ tickets: { totalCount: 0 } }],
    });

    expect(codes(await removeCcs(desk.agent, id, email.toUpperCase()))).toEqual([]);
    const nothing = await readAllPaths(userActor(Role.REQUESTER, desk.workspace));
    expect(nothing).toMatchObject({
      byId: null,
      list: { totalCount: 0 },
      message: null,
      file: null,
      events: { nodes: [] },
      agent: null,
    });
    expect(await readAllPaths(actor)).toEqual(nothing);
    expect(codes(await addMessage(actor, id))).toEqual(['NOT_FOUND input.ticketId']);
    expect(
      codes(await mutate(desk, actor, 'presenceSet', { ticketId: id, activity: 'VIEWING' })),
    ).toEqual(['NOT_FOUND input.ticketId']);
  });

  test('receives live events as the requester does while they get copies, and none before or after', async () => {
    const { email, actor } = guest();
    const { id } = await desk.ticket();
    const [ccClient, requesterClient] = [
      subscriptionClientOf(desk, actor),
      subscriptionClientOf(desk, desk.customer),
    ];
    clients.push(ccClient, requesterClient);
    const list = new LiveListClient(desk, actor, { filter: { id: { eq: id } } }, ccClient);
    const subscriptions = [ccClient, requesterClient].map((client) =>
      subscribe(client, 'ticketEvents { event { type ticket { id } message { text } } }'),
    );
    const viewers = subscribe(
      ccClient,
      `presenceChanged(ticketId: "${id}") { viewers { activity } }`,
    );
    await list.until(({ view }) => view?.totalCount === 0);
    await Promise.all(subscriptions.map(({ started }) => started));
    await addMessage(desk.customer, id, { body: 'Before' });
    expect(codes(await addCcs(desk.customer, id, email))).toEqual([]);
    await list.until(({ view }) => view?.totalCount === 1);
    await mutate(desk, desk.agent, 'presenceSet', {
      ticketId: id,
      activity: 'TYPING',
      visibility: 'PUBLIC',
    });
    await viewers.until(
      ({ presenceChanged }) => (presenceChanged as { viewers: object[] }).viewers.length === 1,
    );
    await addMessage(desk.agent, id, { visibility: 'PRIVATE', body: 'Hidden' });
    await mutate(desk, desk.admin, 'ticketFollow', { id });
    await addMessage(desk.agent, id, { override: true, body: 'During' });
    await subscriptions[0]!.until((data) => JSON.stringify(data).includes('During'));
    expect(codes(await removeCcs(desk.customer, id, email))).toEqual([]);
    await list.until(({ view }) => view?.totalCount === 0);
    expect(list.last).toMatchObject({ kind: 'LEAVE', ticket: null });
    await viewers.until(
      ({ presenceChanged }) => (presenceChanged as { viewers: object[] }).viewers.length === 0,
    );
    await addMessage(desk.customer, id, { body: 'After' });
    await subscriptions[1]!.until((data) => JSON.stringify(data).includes('After'));
    const eventsOf = (index: number): string[] =>
      subscriptions[index]!.results.map((data) => {
        const { type, message } = (
          data['ticketEvents'] as { event: { type: string; message: { text: string } | null } }
        ).event;
        return `${type} ${message?.text ?? ''}`.trim();
      });
    expect(eventsOf(0)).toEqual([
      'ticket.participants_changed',
      'message.added During',
      'ticket.status_changed',
    ]);
    expect(eventsOf(1)).toEqual([
      'message.added Before',
      'ticket.participants_changed',
      'message.added During',
      'ticket.status_changed',
      'ticket.participants_changed',
      'message.added After',
    ]);
    list.stop();
  });

  test('reopens the ticket with a reply as the requester does; on a closed one opens a follow-up of which all others get copies', async () => {
    const [one, two] = [guest(), guest()];
    const { id } = await desk.ticket({ ccs: [one.email, two.email] });
    await reply(desk, desk.agent, id, { status: 'PENDING' });
    await mutate(desk, desk.agent, 'ticketSnooze', { id });
    expect(await addMessage(one.actor, id)).toMatchObject({
      ticket: { id, status: 'OPEN' },
      userErrors: [],
    });
    const snoozeQuery = 'query ($id: ID!) { ticket(id: $id) { snooze { since } waitingSince } }';
    expect(await desk.ask(desk.agent, snoozeQuery, { id })).toMatchObject({
      ticket: { snooze: null, waitingSince: expect.any(String) },
    });
    await reply(desk, desk.agent, id, { status: 'SOLVED' });
    expect(await addMessage(one.actor, id)).toMatchObject({ ticket: { id, status: 'OPEN' } });
    await owner.query(`update ticket set status = 'CLOSED' where id = $1`, [uuidOf('tkt', id)]);
    const { ticket } = (await addMessage(one.actor, id)) as unknown as { ticket: { id: string } };
    expect(ticket.id).not.toBe(id);
    const followUp =
      'query ($id: ID!) { ticket(id: $id) { requester { id } requesterName followUpOf { id } } }';
    expect(await desk.ask(one.actor, followUp, { id: ticket.id })).toEqual({
      ticket: { requester: { id: one.actor.id }, requesterName: one.email, followUpOf: { id } },
    });
    expect(await participantsOf(desk.agent, ticket.id)).toEqual(
      [`CC ${desk.customer.id}`, `CC ${two.actor.id}`].toSorted(),
    );
  });

  test('may only remove themself; the requester changes the copies of own tickets only', async () => {
    const [one, two] = [guest(), guest()];
    const { id } = await desk.ticket({ ccs: [one.email] });
    expect(codes(await addCcs(one.actor, id, two.email))).toEqual(['FORBIDDEN input.id']);
    expect(codes(await addCcs(desk.stranger, id, two.email))).toEqual(['NOT_FOUND input.id']);
    expect(codes(await addCcs(desk.customer, id, two.email))).toEqual([]);
    expect(codes(await removeCcs(one.actor, id, two.email))).toEqual(['FORBIDDEN input.id']);
    expect(codes(await removeCcs(one.actor, id, one.email))).toEqual([]);
    expect(await participantsOf(desk.customer, id)).toEqual([`CC ${two.actor.id}`]);
  });
});

describe('a note', () => {
  interface NoteView {
    message: { id: string; text: string; mentions: { id: string }[] };
  }
  const note = (ticketId: string, body: string, visibility = 'PRIVATE'): Promise<NoteView> =>
    mutate(
      desk,
      desk.agent,
      'messageAdd',
      { ticketId, visibility, body, override: true },
      'message { id text mentions { id } }',
    ) as never;

  test('mentions agents by id, by the local part of their address or by their full name, and no one if ambiguous', async () => {
    const invite = async (name: string, email: string, role = 'AGENT'): Promise<string> =>
      (
        (await mutate(desk, desk.admin, 'agentInvite', { name, email, role }, 'agent { id }'))[
          'agent'
        ] as { id: string }
      ).id;
    const maria = await invite('Maria de Souza', 'm.souza@desk.example');
    const short = await invite('Maria', 'masha@desk.example', 'LIGHT');
    const twins = [
      await invite('Jan Novak', 'jan@one.example'),
      await invite('Jan Novak', 'jan@two.example'),
    ];
    const { id } = await desk.ticket();
    const cases: [string, string[]][] = [
      ['@Maria de Souza, please', [maria]],
      ['@MARIA DE SOUZA: look', [maria]],
      ['@maria please', [short]],
      ['Ask (@m.souza) or @masha.', [maria, short]],
      [`@[Jan](${twins[1]!}) and @jan and @Jan Novak`, [twins[1]!]],
      ['mail to somebody@masha.example, `@masha` or @nobody', []],
      [`@[Nobody](${newId('agt')})`, []],
    ];
    for (const [body, expected] of cases) {
      const { message } = await note(id, body);
      expect({ body, mentioned: message.mentions.map((agent) => agent.id).toSorted() }).toEqual({
        body,
        mentioned: expected.toSorted(),
      });
      expect(message.text).not.toContain('agt_');
    }
    expect((await note(id, '@masha', 'PUBLIC')).message.mentions).toEqual([]);
    expect(await participantsOf(desk.agent, id)).toEqual(
      [maria, short, twins[1]!].map((agentId) => `MENTIONED ${agentId}`).toSorted(),
    );
    expect(await participantsOf(desk.customer, id)).toEqual([]);
    expect(
      codes(
        await mutate(desk, desk.agent, 'ticketAssign', {
          id,
          comment: 'For @masha',
          assigneeId: 'me',
        }),
      ),
    ).toEqual([]);
  });
});

describe('following', () => {
  const follow = (actor: Actor, id: string, isFollowing = true): Promise<Result> =>
    mutate(desk, actor, 'ticketFollow', { id, follow: isFollowing }, 'ticket { id }');
  const ticketsFollowedBy = async (actor: Actor, followerId: object): Promise<string[]> => {
    const query =
      'query ($followerId: IdFilter) { tickets(filter: { followerId: $followerId }) { nodes { id } } }';
    return (
      await desk.ask<{ tickets: { nodes: { id: string }[] } }>(actor, query, { followerId })
    ).tickets.nodes.map(({ id }) => id);
  };

  test('is for staff, can be filtered by, is live, and is invisible to customers', async () => {
    const { id } = await desk.ticket();
    await waitForEventLog(desk);
    const before = await desk.ask(
      desk.customer,
      'query ($id: ID!) { ticket(id: $id) { version updatedAt cursor timeline { totalCount } } }',
      { id },
    );
    const client = subscriptionClientOf(desk, desk.light);
    clients.push(client);
    const list = new LiveListClient(
      desk,
      desk.light,
      { filter: { followerId: { eq: 'me' } } },
      client,
    );
    await list.until(({ view }) => view?.totalCount === 0);
    expect(codes(await follow(desk.light, id))).toEqual([]);
    expect(codes(await follow(desk.light, id))).toEqual([]);
    await list.until(({ view }) => view?.totalCount === 1);
    expect(await ticketsFollowedBy(desk.light, { eq: 'me' })).toEqual([id]);
    expect(await ticketsFollowedBy(desk.agent, { in: [desk.light.id] })).toEqual([id]);
    expect(await ticketsFollowedBy(desk.agent, { isNull: false })).toEqual(
      await ticketsFollowedBy(desk.agent, { notIn: [desk.colleague.id], isNull: false }),
    );
    expect(await ticketsFollowedBy(desk.customer, { eq: desk.light.id })).toEqual([]);
    expect(await participantsOf(desk.customer, id)).toEqual([]);
    expect(await participantsOf(desk.agent, id)).toEqual([`FOLLOWER ${desk.light.id}`]);
    expect(
      await desk.ask(
        desk.customer,
        'query ($id: ID!) { ticket(id: $id) { version updatedAt cursor timeline { totalCount } } }',
        { id },
      ),
    ).toEqual(before);
    expect(codes(await follow(desk.light, id, false))).toEqual([]);
    await list.until(({ view }) => view?.totalCount === 0);
    const timeline =
      'query ($id: ID!) { ticket(id: $id) { timeline(last: 2) { nodes { summary } } } }';
    expect(await desk.ask(desk.agent, timeline, { id })).toEqual({
      ticket: {
        timeline: {
          nodes: [
            { summary: 'light follows the ticket' },
            { summary: 'light no longer follows the ticket' },
          ],
        },
      },
    });
    list.stop();
  });

  test('by a colleague does not refuse a reply as unseen activity', async () => {
    const { id } = await desk.ticket();
    const { ticket } = await desk.ask<{ ticket: { cursor: string } }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      {
        id,
      },
    );
    await follow(desk.light, id);
    expect(codes(await addMessage(desk.agent, id, { seen: ticket.cursor }))).toEqual([]);
  });
});

interface Subscription {
  results: Record<string, unknown>[];
  started: Promise<void>;
  until(matches: (data: Record<string, unknown>) => boolean): Promise<void>;
}

function subscribe(client: SubscriptionClient, root: string): Subscription {
  const results: Record<string, unknown>[] = [];
  let notify = (): void => {};
  let start = (): void => {};
  const started = new Promise<void>((resolve) => (start = resolve));
  client.subscribe<Record<string, unknown>>(
    { query: `subscription { ${root} }` },
    {
      next: ({ data }) => {
        start();
        if (data) results.push(data);
        notify();
      },
      error: (error) => {
        throw error as Error;
      },
      complete: () => {},
    },
  );
  return {
    results,
    started,
    until: async (matches) => {
      while (!results.some(matches)) await new Promise<void>((resolve) => (notify = resolve));
    },
  };
}
