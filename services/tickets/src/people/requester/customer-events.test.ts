import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import { Client } from 'pg';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { hold } from '../../../testing/hold.ts';
import { untold } from '../../../testing/log.ts';
import { applyCustomerEvent } from './customer-events.ts';

let service: TestService;
let desk: Desk;
let owner: Client;

beforeAll(async () => {
  service = await startOwnTickets();
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await service.stop();
});

const hear = async (fact: Partial<DomainEvent>): Promise<void> => {
  const { orm, log } = service.service;
  const ctx = new Context({
    orm,
    log,
    actor: systemActor(desk.workspace),
    requestId: 'test',
    locales: [],
  });
  await ctx.write(() => applyCustomerEvent(ctx, fact as DomainEvent));
};
const merged = (): Promise<string[]> => {
  const data = { from: desk.customer.id, into: desk.stranger.id };
  return countStatements(() => hear({ type: 'customer.merged', subject: data.from, data }));
};
const belongs = (
  { id, name }: Actor,
  type: string,
  organizationId: string | null,
  at = new Date(),
): Promise<void> => {
  const state = {
    name,
    identities: [],
    organizationIds: organizationId ? [organizationId] : [],
    locale: null,
  };
  return hear({ type, subject: id, data: { state }, occurredAt: at.toISOString() });
};
const organizationOf = async (id: string): Promise<string | undefined> => {
  const read = 'query ($id: ID!) { ticket(id: $id) { organization { id } } }';
  const { ticket } = await desk.ask<{ ticket: { organization: { id: string } | null } }>(
    desk.agent,
    read,
    { id },
  );
  return ticket.organization?.id;
};
const openOne = async (): Promise<void> => {
  desk = await openDesk(service);
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
};

test('what is changed in a ticket just when its requester turns out to be known already is not lost, and has a version of its own', async () => {
  await openOne();
  const { id, version } = await desk.ticket();
  const writing = await hold(desk);
  await writing.query('select from ticket where id = $1 for update', [uuidOf('tkt', id)]);
  const done = merged();
  await writing.waited();
  await writing.query(
    `update ticket set subject = 'Meanwhile', version = version + 1 where id = $1`,
    [uuidOf('tkt', id)],
  );
  await writing.release();
  await done;
  const read = 'query ($id: ID!) { ticket(id: $id) { subject version requester { id } } }';
  expect(await desk.ask(desk.agent, read, { id })).toEqual({
    ticket: { subject: 'Meanwhile', version: version + 2, requester: { id: desk.stranger.id } },
  });
});

test('however many tickets somebody asked for or has copies of, the same few statements turn them over, and each is told', async () => {
  const costs: number[] = [];
  for (const many of [2, 8]) {
    await openOne();
    for (let at = 0; at < many; at++) await desk.ticket();
    await owner.query(
      'update ticket set requester_id = $1, cc_ids = array[$2] where workspace_id = $3 and number % 2 = 0',
      [uuidOf('cus', desk.stranger.id), desk.customer.id, desk.workspace],
    );
    costs.push((await merged()).length);
    expect(await untold(desk)).toEqual([]);
  }
  expect(costs[1]).toBe(costs[0]);
});

test('a ticket opened while news of its requester was on its way is asked for the organization that it tells; older ones stay as they are', async () => {
  await openOne();
  const { id: before } = await desk.ticket();
  const at = new Date();
  const { id: after } = await desk.ticket();
  const organization = newId('org');
  await belongs(desk.customer, 'customer.updated', organization, at);
  expect([await organizationOf(before), await organizationOf(after)]).toEqual([
    undefined,
    organization,
  ]);
  const { id: next } = await desk.ticket();
  expect(await organizationOf(next)).toBe(organization);
  expect(await untold(desk)).toEqual([]);
});

test.each(['partner', 'customer'] as const)(
  'so is one that a %s is just opening when the news comes',
  async (who) => {
    await openOne();
    const at = new Date();
    if (who === 'partner') await belongs(desk.customer, 'customer.created', null);
    expect(await mutate(desk, desk.lead, 'tagCreate', { name: 'held' })).toEqual({
      userErrors: [],
    });
    const held = await hold(desk);
    await held.query(
      who === 'partner'
        ? `select from tag where name = 'held' for update`
        : 'lock table ticket in exclusive mode',
    );
    const more =
      who === 'partner' ? { requester: { customerId: desk.customer.id }, tags: ['held'] } : {};
    const opened = mutate(
      desk,
      desk[who],
      'ticketCreate',
      { subject: 'Hello', body: 'Hello.', ...more },
      'ticket { id }',
    );
    await held.waited();
    const organization = newId('org');
    const heard = belongs(
      desk.customer,
      who === 'partner' ? 'customer.updated' : 'customer.created',
      organization,
      at,
    );
    await Promise.race([heard, held.waited(2)]);
    await held.release();
    await heard;
    const { id } = (await opened)['ticket'] as { id: string };
    expect(await organizationOf(id)).toBe(organization);
    expect(await untold(desk)).toEqual([]);
  },
);

test('somebody met by a ticket turns out to belong to an organization: the ticket is asked for it', async () => {
  await openOne();
  const { id } = await desk.ticket();
  const organization = newId('org');
  await belongs(desk.customer, 'customer.created', organization);
  expect(await organizationOf(id)).toBe(organization);
  expect(await untold(desk)).toEqual([]);
});

test('a ticket without an organization goes over with that of whom its requester turned out to be', async () => {
  await openOne();
  const { id } = await desk.ticket();
  const organization = newId('org');
  await belongs(desk.stranger, 'customer.created', organization);
  await merged();
  expect(await organizationOf(id)).toBe(organization);
  expect(await untold(desk)).toEqual([]);
});
