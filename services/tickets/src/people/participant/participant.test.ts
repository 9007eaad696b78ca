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
import { placed } from '../../../testing/log.ts';
import { Watch, clientOf } from '../../../testing/watch.ts';
import { deterministicCustomerId } from '../requester/unknown-contact.ts';
import { applyCustomerEvent } from '../requester/customer-events.ts';

let service: TestService;
let desk: Desk;
let owner: Client;
const clients: SubscriptionClient[] = [];
const leave = async (): Promise<void> => {
  for (const client of clients.splice(0)) await client.dispose();
};

beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
});
afterEach(leave);
afterAll(async () => {
  await owner.end();
  await service.stop();
});

let count = 0;
/** Somebody with a mail address that nobody knows yet; he signs in under the id that he gets when he is met. */
function guest(): { mail: string; actor: Actor } {
  const mail = `guest${++count}@post.example`;
  const id = deterministicCustomerId(desk.workspace, { kind: IdentityKind.EMAIL, value: mail });
  return { mail, actor: userActor(Role.REQUESTER, desk.workspace, { id, name: `Guest ${count}` }) };
}

const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const add = (actor: Actor, id: string, ...mails: string[]): Promise<Result> =>
  mutate(desk, actor, 'ticketParticipantsUpdate', { id, addCcs: mails }, 'ticket { id }');
const remove = (actor: Actor, id: string, ...mails: string[]): Promise<Result> =>
  mutate(desk, actor, 'ticketParticipantsUpdate', { id, removeCcs: mails }, 'ticket { id }');
const say = (actor: Actor, ticketId: string, more: object = {}): Promise<Result> =>
  mutate(
    desk,
    actor,
    'messageAdd',
    { ticketId, visibility: 'PUBLIC', body: 'A word', ...more },
    'ticket { id status } message { id }',
  );

interface Shown {
  participants: { kind: string; email: string | null; actor: { id: string } | null }[];
}
const peopleOf = async (actor: Actor, id: string): Promise<string[]> => {
  const query = 'query ($id: ID!) { ticket(id: $id) { participants { kind email actor { id } } } }';
  const { ticket } = await desk.ask<{ ticket: Shown }>(actor, query, { id });
  return ticket.participants.map(({ kind, actor: who }) => `${kind} ${who?.id}`).toSorted();
};

/** Every path by which somebody comes to a ticket, and how much he finds there. */
const PATHS = `query ($id: ID!, $number: Int!, $message: ID!, $note: ID!, $file: ID!) {
  byId: ticket(id: $id) { id } byNumber: ticket(number: $number) { id } ofNode: node(id: $id) { id }
  list: tickets(filter: { id: { eq: $id } }) { totalCount nodes { id } }
  words: tickets(filter: { text: "zebra" }) { totalCount }
  secret: tickets(filter: { text: "giraffe" }) { totalCount }
  message: node(id: $message) { id } note: node(id: $note) { id } file: node(id: $file) { id }
  events: ticketEvents(filter: { id: { eq: $id } }, first: 100) { nodes { type } }
  agent: node(id: "${'AGENT'}") { id } }`;

describe('copies', () => {
  test('go to at most 20, each once, not to the requester, and whom nobody knew becomes a customer', async () => {
    const guests = Array.from({ length: 20 }, guest);
    const mails = guests.map(({ mail }) => mail);
    const asker = guest();
    const input = {
      subject: 'A',
      body: 'B',
      channel: 'EMAIL',
      requester: { email: asker.mail },
      ccs: [asker.mail, ...mails.slice(1)],
    };
    const made = (await mutate(
      desk,
      desk.agent,
      'ticketCreate',
      input,
      'ticket { id }',
    )) as unknown as { ticket: { id: string } };
    const { id } = made.ticket;
    expect(codes(await add(desk.agent, id, mails[0]!, mails[0]!.toUpperCase(), mails[1]!))).toEqual(
      [],
    );
    expect(await peopleOf(desk.agent, id)).toEqual(
      guests.map(({ actor }) => `CC ${actor.id}`).toSorted(),
    );
    expect(codes(await add(desk.agent, id, guest().mail))).toEqual(['LIMIT_REACHED input.addCcs']);
    expect(codes(await add(desk.agent, id, 'nobody'))).toEqual(['INVALID input.addCcs.0']);
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::integer as count from (select type, data from outbox union all select type, data from event_log) fact
       where type = 'requester.met' and data ->> 'value' = any($1)`,
      [mails],
    );
    expect(rows[0]!.count).toBe(20);
  });

  test('are asked for with the same few statements whether two or twenty get them', async () => {
    const write = (guests: number) =>
      countStatements(async () => {
        await desk.ticket({ ccs: Array.from({ length: guests }, () => guest().mail) });
      });
    await write(1);
    expect((await write(20)).length).toBe((await write(2)).length);
    const read = async (size: number): Promise<number> => {
      const query = `query ($first: Int) { tickets(first: $first, orderBy: [{ field: NUMBER, direction: DESC }]) { nodes { participants { email actor { id } } } } }`;
      return (await countStatements(() => desk.ask(desk.agent, query, { first: size }))).length;
    };
    expect(await read(20)).toBe(await read(2));
  });

  test('stay when tickets are folded together, and leave again when that is taken back; a split keeps them', async () => {
    const [one, two, three] = [guest(), guest(), guest()];
    const { id: into } = await desk.ticket({ ccs: [one.mail] });
    const { id: from } = await desk.ticket({ ccs: [one.mail, two.mail] });
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
    expect(await peopleOf(desk.agent, into)).toEqual(all);
    expect(codes(await add(desk.agent, from, three.mail))).toEqual(['ALREADY_MERGED input.id']);
    await add(desk.agent, into, three.mail);
    expect(codes(await mutate(desk, desk.agent, 'operationUndo', { id: operation.id }))).toEqual(
      [],
    );
    expect(await peopleOf(desk.agent, into)).toEqual(
      [`CC ${one.actor.id}`, `CC ${three.actor.id}`].toSorted(),
    );
    expect(await peopleOf(desk.agent, from)).toEqual(all);
    const { message } = (await say(desk.customer, into)) as unknown as { message: { id: string } };
    const cut = { id: into, messageIds: [message.id], subject: 'Cut' };
    const { newTicket } = (await mutate(
      desk,
      desk.agent,
      'ticketSplit',
      cut,
      'newTicket { id }',
    )) as unknown as {
      newTicket: { id: string };
    };
    expect(await peopleOf(desk.agent, newTicket.id)).toEqual(
      [`CC ${one.actor.id}`, `CC ${three.actor.id}`].toSorted(),
    );
  });

  test('go to whom a customer turned out to be, and not to who becomes the requester', async () => {
    const [one, two] = [guest(), guest()];
    const { id } = await desk.ticket({ ccs: [one.mail, two.mail] });
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
    expect(await peopleOf(desk.stranger, id)).toEqual(
      [`CC ${desk.stranger.id}`, `CC ${two.actor.id}`].toSorted(),
    );
    expect(
      await desk.ask(one.actor, 'query ($id: ID!) { ticket(id: $id) { id } }', { id }),
    ).toEqual({ ticket: null });
    await mutate(desk, desk.agent, 'ticketRequesterChange', { id, requester: { email: two.mail } });
    expect(await peopleOf(two.actor, id)).toEqual([`CC ${desk.stranger.id}`]);
    expect(
      await desk.ask(desk.customer, 'query ($id: ID!) { ticket(id: $id) { id } }', { id }),
    ).toEqual({ ticket: null });
  });
});

describe('a customer who gets copies', () => {
  test('finds the ticket on every path as its requester does, nothing of the staff’s, and nothing at all once he is out', async () => {
    const { mail, actor } = guest();
    const { id, number } = await desk.ticket({ body: 'The zebra is late.', ccs: [mail] });
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
    const { message: note } = (await say(desk.agent, id, {
      visibility: 'PRIVATE',
      body: 'A giraffe.',
    })) as unknown as {
      message: { id: string };
    };
    const look = (who: Actor): Promise<object> =>
      desk.ask(who, PATHS.replace('AGENT', desk.agent.id), {
        id,
        number,
        message: (answer['message'] as { id: string }).id,
        note: note.id,
        file: attachment.id,
      });
    const whole = await look(desk.customer);
    expect(whole).toMatchObject({
      byId: { id },
      list: { totalCount: 1 },
      words: { totalCount: 1 },
      secret: { totalCount: 0 },
      note: null,
      file: { id: attachment.id },
      agent: { id: desk.agent.id },
    });
    expect(await look(actor)).toEqual(whole);
    expect(await peopleOf(actor, id)).toEqual([`CC ${actor.id}`]);
    const { id: other } = await desk.ticket();
    expect(
      await desk.ask(actor, 'query ($id: ID!) { ticket(id: $id) { id } tickets { totalCount } }', {
        id: other,
      }),
    ).toEqual({
      ticket: null,
      tickets: { totalCount: 1 },
    });
    const own =
      'query ($id: ID!) { _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer { tickets { totalCount } } } }';
    expect(await desk.ask(actor, own, { id: actor.id })).toEqual({
      _entities: [{ tickets: { totalCount: 0 } }],
    });

    expect(codes(await remove(desk.agent, id, mail.toUpperCase()))).toEqual([]);
    const nothing = await look(userActor(Role.REQUESTER, desk.workspace));
    expect(nothing).toMatchObject({
      byId: null,
      list: { totalCount: 0 },
      message: null,
      file: null,
      events: { nodes: [] },
      agent: null,
    });
    expect(await look(actor)).toEqual(nothing);
    expect(codes(await say(actor, id))).toEqual(['NOT_FOUND input.ticketId']);
    expect(
      codes(await mutate(desk, actor, 'presenceSet', { ticketId: id, activity: 'VIEWING' })),
    ).toEqual(['NOT_FOUND input.ticketId']);
  });

  test('hears live what the requester hears while he is in, and nothing before or after', async () => {
    const { mail, actor } = guest();
    const { id } = await desk.ticket();
    const [his, hers] = [clientOf(desk, actor), clientOf(desk, desk.customer)];
    clients.push(his, hers);
    const list = new Watch(desk, actor, { filter: { id: { eq: id } } }, his);
    const heard = [his, hers].map((client) =>
      hear(client, 'ticketEvents { event { type ticket { id } message { text } } }'),
    );
    const viewers = hear(his, `presenceChanged(ticketId: "${id}") { viewers { activity } }`);
    await list.until(({ shown }) => shown?.totalCount === 0);
    await Promise.all(heard.map(({ begun }) => begun));
    await say(desk.customer, id, { body: 'Before' });
    expect(codes(await add(desk.customer, id, mail))).toEqual([]);
    await list.until(({ shown }) => shown?.totalCount === 1);
    await mutate(desk, desk.agent, 'presenceSet', {
      ticketId: id,
      activity: 'TYPING',
      visibility: 'PUBLIC',
    });
    await viewers.until(
      ({ presenceChanged }) => (presenceChanged as { viewers: object[] }).viewers.length === 1,
    );
    await say(desk.agent, id, { visibility: 'PRIVATE', body: 'Hidden' });
    await mutate(desk, desk.admin, 'ticketFollow', { id });
    await say(desk.agent, id, { override: true, body: 'During' });
    await heard[0]!.until((data) => JSON.stringify(data).includes('During'));
    expect(codes(await remove(desk.customer, id, mail))).toEqual([]);
    await list.until(({ shown }) => shown?.totalCount === 0);
    expect(list.last).toMatchObject({ kind: 'LEAVE', ticket: null });
    await viewers.until(
      ({ presenceChanged }) => (presenceChanged as { viewers: object[] }).viewers.length === 0,
    );
    await say(desk.customer, id, { body: 'After' });
    await heard[1]!.until((data) => JSON.stringify(data).includes('After'));
    const typesOf = (at: number): string[] =>
      heard[at]!.told.map((data) => {
        const { type, message } = (
          data['ticketEvents'] as { event: { type: string; message: { text: string } | null } }
        ).event;
        return `${type} ${message?.text ?? ''}`.trim();
      });
    expect(typesOf(0)).toEqual([
      'ticket.participants_changed',
      'message.added During',
      'ticket.status_changed',
    ]);
    expect(typesOf(1)).toEqual([
      'message.added Before',
      'ticket.participants_changed',
      'message.added During',
      'ticket.status_changed',
      'ticket.participants_changed',
      'message.added After',
    ]);
    list.stop();
  });

  test('answers as the requester does: the ticket comes back to work; on a closed one he asks anew, and all others get copies', async () => {
    const [one, two] = [guest(), guest()];
    const { id } = await desk.ticket({ ccs: [one.mail, two.mail] });
    await reply(desk, desk.agent, id, { status: 'PENDING' });
    await mutate(desk, desk.agent, 'ticketSnooze', { id });
    expect(await say(one.actor, id)).toMatchObject({
      ticket: { id, status: 'OPEN' },
      userErrors: [],
    });
    const asleep = 'query ($id: ID!) { ticket(id: $id) { snooze { since } waitingSince } }';
    expect(await desk.ask(desk.agent, asleep, { id })).toMatchObject({
      ticket: { snooze: null, waitingSince: expect.any(String) },
    });
    await reply(desk, desk.agent, id, { status: 'SOLVED' });
    expect(await say(one.actor, id)).toMatchObject({ ticket: { id, status: 'OPEN' } });
    await owner.query(`update ticket set status = 'CLOSED' where id = $1`, [uuidOf('tkt', id)]);
    const { ticket } = (await say(one.actor, id)) as unknown as { ticket: { id: string } };
    expect(ticket.id).not.toBe(id);
    const followUp =
      'query ($id: ID!) { ticket(id: $id) { requester { id } requesterName followUpOf { id } } }';
    expect(await desk.ask(one.actor, followUp, { id: ticket.id })).toEqual({
      ticket: { requester: { id: one.actor.id }, requesterName: one.mail, followUpOf: { id } },
    });
    expect(await peopleOf(desk.agent, ticket.id)).toEqual(
      [`CC ${desk.customer.id}`, `CC ${two.actor.id}`].toSorted(),
    );
  });

  test('may leave, and change nobody else; the requester says who gets copies, of own tickets only', async () => {
    const [one, two] = [guest(), guest()];
    const { id } = await desk.ticket({ ccs: [one.mail] });
    expect(codes(await add(one.actor, id, two.mail))).toEqual(['FORBIDDEN input.id']);
    expect(codes(await add(desk.stranger, id, two.mail))).toEqual(['NOT_FOUND input.id']);
    expect(codes(await add(desk.customer, id, two.mail))).toEqual([]);
    expect(codes(await remove(one.actor, id, two.mail))).toEqual(['FORBIDDEN input.id']);
    expect(codes(await remove(one.actor, id, one.mail))).toEqual([]);
    expect(await peopleOf(desk.customer, id)).toEqual([`CC ${two.actor.id}`]);
  });
});

describe('a note', () => {
  interface Named {
    message: { id: string; text: string; mentions: { id: string }[] };
  }
  const note = (ticketId: string, body: string, visibility = 'PRIVATE'): Promise<Named> =>
    mutate(
      desk,
      desk.agent,
      'messageAdd',
      { ticketId, visibility, body, override: true },
      'message { id text mentions { id } }',
    ) as never;

  test('names staff by id, by what stands before the @ of their address, or by the whole name, and nobody by a guess', async () => {
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
    const CASES: [string, string[]][] = [
      ['@Maria de Souza, please', [maria]],
      ['@MARIA DE SOUZA: look', [maria]],
      ['@maria please', [short]],
      ['Ask (@m.souza) or @masha.', [maria, short]],
      [`@[Jan](${twins[1]!}) and @jan and @Jan Novak`, [twins[1]!]],
      ['mail to somebody@masha.example, `@masha` or @nobody', []],
      [`@[Nobody](${newId('agt')})`, []],
    ];
    for (const [body, expected] of CASES) {
      const { message } = await note(id, body);
      expect({ body, named: message.mentions.map(({ id: who }) => who).toSorted() }).toEqual({
        body,
        named: expected.toSorted(),
      });
      expect(message.text).not.toContain('agt_');
    }
    expect((await note(id, '@masha', 'PUBLIC')).message.mentions).toEqual([]);
    expect(await peopleOf(desk.agent, id)).toEqual(
      [maria, short, twins[1]!].map((who) => `MENTIONED ${who}`).toSorted(),
    );
    expect(await peopleOf(desk.customer, id)).toEqual([]);
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
  const follow = (actor: Actor, id: string, wanted = true): Promise<Result> =>
    mutate(desk, actor, 'ticketFollow', { id, follow: wanted }, 'ticket { id }');
  const followed = async (actor: Actor, followerId: object): Promise<string[]> => {
    const query =
      'query ($followerId: IdFilter) { tickets(filter: { followerId: $followerId }) { nodes { id } } }';
    return (
      await desk.ask<{ tickets: { nodes: { id: string }[] } }>(actor, query, { followerId })
    ).tickets.nodes.map(({ id }) => id);
  };

  test('is for the staff, is asked for, is live, and is nothing that a customer could notice', async () => {
    const { id } = await desk.ticket();
    await placed(desk);
    const before = await desk.ask(
      desk.customer,
      'query ($id: ID!) { ticket(id: $id) { version updatedAt cursor timeline { totalCount } } }',
      { id },
    );
    const client = clientOf(desk, desk.light);
    clients.push(client);
    const list = new Watch(desk, desk.light, { filter: { followerId: { eq: 'me' } } }, client);
    await list.until(({ shown }) => shown?.totalCount === 0);
    expect(codes(await follow(desk.light, id))).toEqual([]);
    expect(codes(await follow(desk.light, id))).toEqual([]);
    await list.until(({ shown }) => shown?.totalCount === 1);
    expect(await followed(desk.light, { eq: 'me' })).toEqual([id]);
    expect(await followed(desk.agent, { in: [desk.light.id] })).toEqual([id]);
    expect(await followed(desk.agent, { isNull: false })).toEqual(
      await followed(desk.agent, { notIn: [desk.colleague.id], isNull: false }),
    );
    expect(await followed(desk.customer, { eq: desk.light.id })).toEqual([]);
    expect(await peopleOf(desk.customer, id)).toEqual([]);
    expect(await peopleOf(desk.agent, id)).toEqual([`FOLLOWER ${desk.light.id}`]);
    expect(
      await desk.ask(
        desk.customer,
        'query ($id: ID!) { ticket(id: $id) { version updatedAt cursor timeline { totalCount } } }',
        { id },
      ),
    ).toEqual(before);
    expect(codes(await follow(desk.light, id, false))).toEqual([]);
    await list.until(({ shown }) => shown?.totalCount === 0);
    const timeline =
      'query ($id: ID!) { ticket(id: $id) { timeline(last: 2) { nodes { summary } } } }';
    expect(await desk.ask(desk.agent, timeline, { id })).toEqual({
      ticket: {
        timeline: {
          nodes: [
            { summary: 'light follows the ticket' },
            { summary: 'light follows the ticket no more' },
          ],
        },
      },
    });
    list.stop();
  });

  test('a colleague’s does not stop an answer', async () => {
    const { id } = await desk.ticket();
    const { ticket } = await desk.ask<{ ticket: { cursor: string } }>(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { cursor } }',
      {
        id,
      },
    );
    await follow(desk.light, id);
    expect(codes(await say(desk.agent, id, { seen: ticket.cursor }))).toEqual([]);
  });
});

interface Heard {
  told: Record<string, unknown>[];
  begun: Promise<void>;
  until(holds: (data: Record<string, unknown>) => boolean): Promise<void>;
}

function hear(client: SubscriptionClient, root: string): Heard {
  const told: Record<string, unknown>[] = [];
  let grown = (): void => {};
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  client.subscribe<Record<string, unknown>>(
    { query: `subscription { ${root} }` },
    {
      next: ({ data }) => {
        begin();
        if (data) told.push(data);
        grown();
      },
      error: (error) => {
        throw error as Error;
      },
      complete: () => {},
    },
  );
  return {
    told,
    begun,
    until: async (holds) => {
      while (!told.some(holds)) await new Promise<void>((resolve) => (grown = resolve));
    },
  };
}
