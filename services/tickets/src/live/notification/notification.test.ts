import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { eventFromRow } from '@deskgraph/common/events/log';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { IdentityKind } from '@deskgraph/common/auth/contact-identity';
import {
  type SubscriptionClient,
  type TestService,
  countStatements,
  userActor,
} from '@deskgraph/common/testing/testing';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { dice } from '../../../testing/dice.ts';
import { type ModelTicket, NotificationModel } from '../../../testing/notification-model.ts';
import { subscriptionClientOf } from '../../../testing/live-list-client.ts';
import { deterministicCustomerId } from '../../people/requester/unknown-contact.ts';
import { startNotificationConsumer, notificationsCaughtUp } from './consumer.ts';
import { createNotifications } from './create.ts';
import { deleteOldNotifications } from './cleanup.ts';

let service: TestService;
let owner: Client;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  service = await startOwnTickets();
  stop = startNotificationConsumer(service.service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', '*', false)`);
});
afterAll(async () => {
  await stop?.();
  await owner.end();
  await service.stop();
});

interface NotificationView {
  id: string;
  reason: string;
  readAt: string | null;
  text: string;
  event: { type: string } | null;
  ticket: { id: string } | null;
}
const FIELDS = 'id reason readAt text event { type } ticket { id }';
const inbox = async (
  desk: Desk,
  actor: Actor,
  args = '',
): Promise<{ nodes: NotificationView[]; unread: number }> => {
  await notificationsCaughtUp(service.service.orm);
  const query = `{ viewer { notifications(first: 100 ${args}) { nodes { ${FIELDS} } } unread } }`;
  const { viewer } = await desk.ask<{
    viewer: { notifications: { nodes: NotificationView[] }; unread: number };
  }>(actor, query);
  return { nodes: viewer.notifications.nodes, unread: viewer.unread };
};
const brief = ({ reason, event, ticket }: NotificationView): string =>
  `${reason} ${event?.type} ${ticket?.id}`;
const codes = ({ userErrors }: Result): string[] =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);

const TIMEOUT_MS = 10_000;

class Inbox {
  readonly received: NotificationView[] = [];
  readonly begun: Promise<void>;
  #onChange = (): void => {};

  constructor(client: SubscriptionClient, after?: string) {
    let begin = (): void => {};
    this.begun = new Promise((resolve) => (begin = resolve));
    client.subscribe<{ notificationAdded: NotificationView }, { cursor?: string }>(
      {
        query: `subscription ($after: Cursor) { notificationAdded(after: $after) { ${FIELDS} } }`,
        variables: { after },
      },
      {
        next: ({ data, extensions }) => {
          begin();
          this.cursor = extensions?.cursor;
          if (data) this.received.push(data.notificationAdded);
          this.#onChange();
        },
        error: () => {},
        complete: () => {},
      },
    );
  }
  cursor: string | undefined;

  /** Resolves at this count, or after the timeout; the assertions then show what is missing. */
  async until(count: number): Promise<void> {
    const late = setTimeout(() => this.#onChange(), TIMEOUT_MS);
    const end = Date.now() + TIMEOUT_MS;
    while (this.received.length < count && Date.now() < end)
      await new Promise<void>((resolve) => (this.#onChange = resolve));
    clearTimeout(late);
  }
}

test('inbox and subscription agree with a minimal model after random operations', async () => {
  const seed = 20_261_126;
  const { one, some, roll } = dice(seed);
  const desk = await openDesk(service);
  const { admin, lead, agent, colleague, light, customer, stranger, departmentId } = desk;
  await mutate(desk, admin, 'departmentUpdate', {
    id: departmentId,
    agentIds: [lead.id, agent.id, light.id],
  });
  const { department } = (await mutate(
    desk,
    admin,
    'departmentCreate',
    { name: 'Empty' },
    'department { id }',
  )) as unknown as {
    department: { id: string };
  };
  await mutate(desk, admin, 'settingsUpdate', { onHoldEnabled: true });
  const allAgents = [admin.id, lead.id, agent.id, colleague.id];
  const model = new NotificationModel((id) =>
    id === departmentId ? [lead.id, agent.id] : allAgents,
  );
  const guests = Array.from({ length: 3 }, (_, at) => {
    const mail = `guest${at}@post.example`;
    const id = deterministicCustomerId(desk.workspace, { kind: IdentityKind.EMAIL, value: mail });
    return { mail, actor: userActor(Role.REQUESTER, desk.workspace, { id, name: mail }) };
  });
  const staff: Record<string, Actor> = { admin, lead, agent, colleague, light };
  const workers = [admin, lead, agent, colleague];
  const people = [...Object.values(staff), customer, stranger, ...guests.map(({ actor }) => actor)];
  const clients = people.map((actor) => subscriptionClientOf(desk, actor));
  const live = clients.map((client) => new Inbox(client));
  await Promise.all(live.map(({ begun }) => begun));
  const settled = async (): Promise<void> => {
    await notificationsCaughtUp(service.service.orm);
    await Promise.all(
      people.map(({ id }, index) => live[index]!.until(model.byPerson.get(id)?.length ?? 0)),
    );
  };

  const tickets: ModelTicket[] = [];
  const create = async (): Promise<void> => {
    const ccs = some(guests, 2);
    const input = {
      subject: `Case ${tickets.length}`,
      body: 'A',
      departmentId: one([departmentId, department.id, null]),
      ccs: ccs.map(({ mail }) => mail),
    };
    const by = one([customer, stranger]);
    const payload = await mutate(desk, by, 'ticketCreate', input, 'ticket { id }');
    const ticket: ModelTicket = {
      id: (payload['ticket'] as { id: string }).id,
      requester: by.id,
      ccs: ccs.map(({ actor }) => actor.id),
      assignee: null,
      department: input.departmentId,
      status: 'NEW',
      followers: [],
    };
    tickets.push(ticket);
    model.created(by.id, ticket);
  };
  const OPERATIONS: ((ticket: ModelTicket) => Promise<void>)[] = [
    async (ticket) => {
      const by = one(workers);
      await mutate(desk, by, 'messageAdd', {
        ticketId: ticket.id,
        visibility: 'PUBLIC',
        body: 'An answer',
        override: true,
      });
      model.agentReplied(by.id, ticket);
    },
    async (ticket) => {
      const by = one(people.filter(({ id }) => id === ticket.requester || ticket.ccs.includes(id)));
      await mutate(desk, by, 'messageAdd', {
        ticketId: ticket.id,
        visibility: 'PUBLIC',
        body: 'A question for @agent',
      });
      model.customerReplied(by.id, ticket);
    },
    async (ticket) => {
      const by = one([...workers, light]);
      const mentioned = some(Object.keys(staff), 3);
      const body = `${mentioned.map((name) => `Hello @${name}, look:`).join(' ')} not \`@admin\`, nor mail@lead.example`;
      await mutate(desk, by, 'messageAdd', { ticketId: ticket.id, visibility: 'PRIVATE', body });
      model.noteAdded(
        by.id,
        ticket,
        mentioned.map((name) => staff[name]!.id),
      );
    },
    async (ticket) => {
      const by = one(Object.values(staff));
      const follow = roll(3) > 0;
      await mutate(desk, by, 'ticketFollow', { id: ticket.id, follow });
      ticket.followers = [
        ...ticket.followers.filter((id) => id !== by.id),
        ...(follow ? [by.id] : []),
      ];
    },
    async (ticket) => {
      const { mail, actor } = one(guests);
      const by = one([agent, people.find(({ id }) => id === ticket.requester)!]);
      await mutate(desk, by, 'ticketParticipantsUpdate', { id: ticket.id, addCcs: [mail] });
      model.ccAdded(by.id, ticket, actor.id);
    },
    async (ticket) => {
      await settled();
      const { mail, actor } = one(guests);
      await mutate(desk, agent, 'ticketParticipantsUpdate', { id: ticket.id, removeCcs: [mail] });
      model.ccRemoved(ticket, actor.id);
    },
    async (ticket) => {
      const by = one(workers);
      const to = one([...workers, null]);
      await mutate(desk, by, 'ticketAssign', { id: ticket.id, assigneeId: to?.id ?? null });
      model.assigned(by.id, ticket, to?.id ?? null);
    },
    async (ticket) => {
      const by = one(workers);
      const to = one([departmentId, department.id, null]);
      await mutate(desk, by, 'ticketAssign', { id: ticket.id, departmentId: to });
      model.departmentChanged(by.id, ticket, to);
    },
    async (ticket) => {
      const by = one(workers);
      const to = one(['OPEN', 'PENDING', 'ON_HOLD', 'ON_HOLD', 'SOLVED']);
      if (to === 'SOLVED' && ticket.status !== to) ticket.assignee ??= by.id;
      await mutate(desk, by, 'ticketStatusChange', {
        id: ticket.id,
        status: to,
        ...(to === 'SOLVED' && { resolutionCode: 'NO_REPLY' }),
      });
      model.statusChanged(by.id, ticket, to);
    },
  ];
  for (let step = 0; step < 90; step++)
    await (tickets.length < 3 || !roll(12) ? create() : one(OPERATIONS)(one(tickets)));
  await settled();
  for (const [index, actor] of people.entries()) {
    const expected = model.byPerson.get(actor.id) ?? [];
    const isMine = (line: string): boolean => {
      const ticket = tickets.find(({ id }) => line.endsWith(id))!;
      return (
        actor.kind === 'agent' || ticket.requester === actor.id || ticket.ccs.includes(actor.id)
      );
    };
    const { nodes, unread } = await inbox(desk, actor);
    const visible = expected.filter(isMine);
    expect({ seed, who: actor.name, live: live[index]!.received.map(brief) }).toEqual({
      seed,
      who: actor.name,
      live: expected,
    });
    expect({ seed, who: actor.name, inbox: nodes.map(brief).toSorted() }).toEqual({
      seed,
      who: actor.name,
      inbox: visible.toReversed().slice(0, 100).toSorted(),
    });
    expect(unread).toBe(visible.length);
    const bytes = JSON.stringify([nodes, live[index]!.received]);
    if (actor.kind === 'customer') expect(bytes).not.toMatch(/ON_HOLD|MENTION|FOLLOWED|note/);
  }
  for (const client of clients) await client.dispose();
}, 180_000);

describe('the inbox', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(service);
  });

  test('summarizes events in the reader’s language and is readable by its owner only', async () => {
    const { id, number } = await desk.ticket();
    await mutate(desk, desk.agent, 'messageAdd', {
      ticketId: id,
      visibility: 'PUBLIC',
      body: 'An answer',
      override: true,
    });
    await mutate(desk, desk.agent, 'ticketStatusChange', { id, status: 'SOLVED' });
    await notificationsCaughtUp(service.service.orm);
    const answer = await service.query<{
      viewer: { notifications: { nodes: { text: string }[] } };
    }>(
      desk.customer,
      '{ viewer { notifications { nodes { text } } } }',
      {},
      { 'accept-language': 'pt-BR' },
    );
    expect(answer.data!.viewer.notifications.nodes.map(({ text }) => text)).toEqual([
      `O seu pedido está resolvido · #${number} Where is my parcel?`,
      `O seu pedido está a ser tratado · #${number} Where is my parcel?`,
      `Ana respondeu · #${number} Where is my parcel?`,
    ]);
    const { nodes } = await inbox(desk, desk.customer);
    const readBy = (actor: Actor, ids: string[] | null): Promise<Result> =>
      mutate(desk, actor, 'notificationsRead', { ids }, 'unread');
    expect(codes(await readBy(desk.stranger, [nodes[0]!.id]))).toEqual(['NOT_FOUND input.ids.0']);
    expect(await readBy(desk.customer, [nodes[0]!.id])).toMatchObject({
      unread: 2,
      userErrors: [],
    });
    expect((await inbox(desk, desk.customer, ', unreadOnly: true')).nodes).toEqual(nodes.slice(1));
    expect(await readBy(desk.customer, null)).toMatchObject({ unread: 0 });
    expect((await inbox(desk, desk.stranger)).nodes).toEqual([]);
    expect((await inbox(desk, desk.partner)).nodes).toEqual([]);
  });

  test('reports a ticket opened for a customer as opened, not as answered', async () => {
    const who = { kind: IdentityKind.EMAIL, value: 'recall@post.example' };
    const owner = userActor(Role.REQUESTER, desk.workspace, {
      id: deterministicCustomerId(desk.workspace, who),
      name: 'Owner',
    });
    const input = {
      subject: 'Recall',
      body: 'Please stop using it.',
      channel: 'EMAIL',
      requester: { email: who.value },
    };
    const { ticket } = await mutate(desk, desk.agent, 'ticketCreate', input, 'ticket { number }');
    const { nodes } = await inbox(desk, owner);
    expect(nodes.map(({ text }) => text)).toEqual([
      `Ana opened a ticket for you · #${(ticket as { number: number }).number} Recall`,
    ]);
  });

  test('hides notifications of deleted and inaccessible tickets, and shows them again after a restore', async () => {
    const { id } = await desk.ticket();
    const about = async (actor: Actor): Promise<number> =>
      (await inbox(desk, actor)).nodes.filter(({ ticket }) => ticket?.id === id).length;
    await mutate(desk, desk.agent, 'messageAdd', {
      ticketId: id,
      visibility: 'PUBLIC',
      body: 'An answer',
      override: true,
    });
    expect([await about(desk.customer), await about(desk.colleague)]).toEqual([2, 1]);
    await mutate(desk, desk.lead, 'ticketDelete', { id });
    expect([await about(desk.customer), await about(desk.colleague)]).toEqual([0, 0]);
    await mutate(desk, desk.lead, 'ticketRestore', { id });
    expect([await about(desk.customer), await about(desk.colleague)]).toEqual([2, 1]);
    await mutate(desk, desk.agent, 'ticketRequesterChange', {
      id,
      requester: { email: 'next@post.example' },
    });
    expect([await about(desk.customer), await about(desk.colleague)]).toEqual([0, 1]);
  });

  test('follows the preferences of its owner for each reason', async () => {
    const PREFERENCES = 'preferences { reason inApp email push }';
    const of = async (actor: Actor): Promise<string[]> => {
      const { viewer } = await desk.ask<{ viewer: { preferences: { reason: string }[] } }>(
        actor,
        `{ viewer { ${PREFERENCES} } }`,
      );
      return viewer.preferences.map(({ reason }) => reason);
    };
    expect(await of(desk.customer)).toEqual(['STATUS']);
    expect(await of(desk.light)).toEqual([
      'NEW_TICKET',
      'ASSIGNED',
      'MENTION',
      'FOLLOWED',
      'REPLY',
      'ESCALATION',
      'NOT_SENT',
    ]);
    expect(await of(desk.partner)).toEqual([]);
    const choose = (actor: Actor, ...preferences: object[]): Promise<Result> =>
      mutate(desk, actor, 'notificationPreferencesUpdate', { preferences }, PREFERENCES);
    const off = { reason: 'NEW_TICKET', inApp: false, email: true, push: false };
    expect(codes(await choose(desk.customer, off))).toEqual(['INVALID input.preferences.0.reason']);
    expect(codes(await choose(desk.colleague, off, off))).toEqual([
      'INVALID input.preferences.1.reason',
    ]);
    expect((await choose(desk.colleague, off))['preferences']).toContainEqual(off);
    await desk.ticket({ subject: 'Quiet' });
    const has = async (actor: Actor): Promise<boolean> =>
      (await inbox(desk, actor)).nodes.some(({ text }) => text.includes('Quiet'));
    expect([await has(desk.agent), await has(desk.colleague)]).toEqual([true, false]);
  });

  test('reports a scheduled reply that was cancelled by others or could not be sent', async () => {
    const { id } = await desk.ticket();
    const later = async (by: Actor): Promise<string> => {
      const input = {
        ticketId: id,
        visibility: 'PUBLIC',
        body: 'Later',
        override: true,
        sendAt: new Date(Date.now() + 3_600_000).toISOString(),
      };
      return (
        (await mutate(desk, by, 'messageAdd', input, 'message { id }'))['message'] as { id: string }
      ).id;
    };
    const cancelledTexts = async (actor: Actor): Promise<string[]> =>
      (await inbox(desk, actor)).nodes
        .filter(({ event, ticket }) => event?.type === 'message.cancelled' && ticket?.id === id)
        .map(({ text }) => text);
    const [first, second] = [await later(desk.agent), await later(desk.agent)];
    await later(desk.colleague);
    await mutate(desk, desk.agent, 'messageCancel', { id: first });
    expect([await cancelledTexts(desk.agent), await cancelledTexts(desk.colleague)]).toEqual([
      [],
      [],
    ]);
    await mutate(desk, desk.colleague, 'messageCancel', { id: second });
    await later(desk.agent);
    await mutate(desk, desk.agent, 'ticketRequesterChange', {
      id,
      requester: { email: 'other@post.example' },
    });
    const text = expect.stringMatching(/^Your reply was not sent · #/) as unknown as string;
    expect([
      await cancelledTexts(desk.agent),
      await cancelledTexts(desk.colleague),
      await cancelledTexts(desk.lead),
    ]).toEqual([[text, text], [text], []]);
  });

  test('notifies agents and the department of a macro', async () => {
    const { id } = await desk.ticket();
    const input = {
      name: 'Help',
      actions: [{ notifyAgentIds: [desk.light.id], notifyDepartment: true }],
    };
    const { macro } = (await mutate(
      desk,
      desk.admin,
      'macroCreate',
      input,
      'macro { id }',
    )) as unknown as { macro: { id: string } };
    expect(
      codes(await mutate(desk, desk.agent, 'macroApply', { id: macro.id, ticketId: id })),
    ).toEqual([]);
    const last = async (actor: Actor): Promise<string> =>
      brief((await inbox(desk, actor)).nodes[0]!);
    expect(await last(desk.light)).toBe(`MENTION ticket.notified ${id}`);
    expect(await last(desk.lead)).toBe(`NEW_TICKET ticket.notified ${id}`);
    const wrong = { name: 'Wrong', actions: [{ notifyAgentIds: [newId('agt')] }] };
    expect(codes(await mutate(desk, desk.admin, 'macroCreate', wrong))).toEqual([
      'NOT_FOUND input.actions.0.notifyAgentIds.0',
    ]);
  });

  test('resumes a subscription after its cursor, with each notification once', async () => {
    const first = subscriptionClientOf(desk, desk.admin);
    const before = new Inbox(first);
    await before.begun;
    await desk.ticket();
    await before.until(1);
    await first.dispose();
    const ids = [(await desk.ticket()).id, (await desk.ticket()).id];
    await notificationsCaughtUp(service.service.orm);
    const second = subscriptionClientOf(desk, desk.admin);
    const after = new Inbox(second, before.cursor);
    await after.until(2);
    ids.push((await desk.ticket()).id);
    await after.until(3);
    expect(after.received.map(({ ticket }) => ticket?.id)).toEqual(ids);
    await second.dispose();
  });

  test('creates no notifications for imported tickets and spam', async () => {
    const subject = 'Old news';
    const old = {
      externalId: 'old',
      subject,
      body: 'A',
      requester: { email: 'old@post.example' },
      createdAt: '2026-01-01T00:00:00Z',
    };
    expect(codes(await mutate(desk, desk.partner, 'ticketImport', old))).toEqual([]);
    const { id } = await desk.ticket({ subject: 'Spam' });
    await mutate(desk, desk.light, 'ticketFollow', { id });
    await mutate(desk, desk.agent, 'ticketSpamMark', { id, spam: true });
    const { nodes } = await inbox(desk, desk.light);
    expect(nodes.filter(({ ticket }) => ticket?.id === id)).toEqual([]);
    expect(
      (await inbox(desk, desk.agent)).nodes.filter(({ text }) => text.includes(subject)),
    ).toEqual([]);
  });

  test('keeps 90 days and the newest 1,000 of each person', async () => {
    const { id } = await desk.ticket();
    await owner.query(
      `insert into notification (id, workspace_id, person_id, ticket_id, position, reason, at, created_at)
       select gen_random_uuid(), $1, $2, $3, -n, 'FOLLOWED', now() - interval '1 hour' * n, now() - case when n % 10 = 0 then interval '91 days' else interval '0' end
       from generate_series(1, 1200) n`,
      [desk.workspace, desk.analyst.id, uuidOf('tkt', id)],
    );
    await deleteOldNotifications(service.service.orm);
    const { rows } = await owner.query<{ count: number; oldest: number }>(
      'select count(*)::integer as count, min(position)::integer as oldest from notification where person_id = $1',
      [desk.analyst.id],
    );
    expect(rows[0]).toEqual({ count: 1_000, oldest: -1_111 });
  });
});

describe('statements', () => {
  test('are the same for two followers and a thousand, in mutations and in the consumer', async () => {
    const desk = await openDesk(service);
    const crowd = Array.from({ length: 1_000 }, () => newId('agt'));
    await owner.query(
      `insert into agent (id, workspace_id, email, name, role, active, version, created_at, updated_at)
       select id, $1, id || '@crowd.example', 'Follower', 'LIGHT', true, 1, now(), now() from unnest($2::uuid[]) as new_agent(id)`,
      [desk.workspace, crowd.map((id) => uuidOf('agt', id))],
    );
    const [few, many] = [await desk.ticket(), await desk.ticket()];
    const follow = 'update ticket set follower_ids = $1 where id = $2';
    await owner.query(follow, [crowd.slice(0, 2), uuidOf('tkt', few.id)]);
    await owner.query(follow, [crowd, uuidOf('tkt', many.id)]);
    await notificationsCaughtUp(service.service.orm);
    await stop!();
    stop = undefined;
    const write = async ({ id }: { id: string }): Promise<number> => {
      const input = { ticketId: id, visibility: 'PRIVATE', body: 'A note' };
      return (await countStatements(() => mutate(desk, desk.agent, 'messageAdd', input))).length;
    };
    await write(few);
    expect(await write(many)).toBe(await write(few));

    const { orm, log } = service.service;
    const create = async ({ id }: { id: string }): Promise<number> => {
      const { rows } = await owner.query<Record<string, unknown>>(
        `select 1 as position, o.* from (select event_id, workspace_id, type, subject, version, actor, at, data from outbox
         union all select event_id, workspace_id, type, subject, version, actor, at, data from event_log) o
         where subject = $1 and type = 'message.added' order by version desc limit 1`,
        [id],
      );
      const event = {
        ...eventFromRow(rows[0]!),
        position: 1_000_000 + Number(rows[0]!['version']),
      };
      const ctx = new Context({
        orm,
        log,
        actor: systemActor(desk.workspace),
        requestId: 'test',
        locales: [],
      });
      return (await countStatements(() => ctx.write(() => createNotifications(ctx, [event]))))
        .length;
    };
    expect([await create(many), await create(few)]).toEqual([2, 2]);
    const { rows } = await owner.query<{ count: number }>(
      `select count(distinct person_id)::integer as count from notification where workspace_id = $1 and reason = 'FOLLOWED'`,
      [desk.workspace],
    );
    expect(rows[0]!.count).toBe(1_000);

    for (let at = 0; at < 8; at++) await desk.ticket();
    const read = async (first: number): Promise<number> => {
      const query = `query ($first: Int) { viewer { notifications(first: $first) { nodes { text event { type } ticket { subject } } totalCount } unread } }`;
      return (await countStatements(() => desk.ask(desk.customer, query, { first }))).length;
    };
    expect(await read(20)).toBe(await read(2));
  });
});
