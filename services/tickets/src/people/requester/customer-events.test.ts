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
import { holdLocks } from '../../../testing/lock-holder.ts';
import { fetchUnloggedChanges } from '../../../testing/event-log.ts';
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

const applyEvent = async (event: Partial<DomainEvent>): Promise<void> => {
  const { orm, log } = service.service;
  const ctx = new Context({
    orm,
    log,
    actor: systemActor(desk.workspace),
    requestId: 'test',
    locales: [],
  });
  await ctx.write(() => applyCustomerEvent(ctx, event as DomainEvent));
};
const mergeCustomer = (): Promise<string[]> => {
  const data = { from: desk.customer.id, into: desk.stranger.id };
  return countStatements(() => applyEvent({ type: 'customer.merged', subject: data.from, data }));
};
const setOrganization = (
  { id, name }: Actor,
  type: string,
  organizationId: string | null,
  occurredAt = new Date(),
): Promise<void> => {
  const state = {
    name,
    identities: [],
    organizationIds: organizationId ? [organizationId] : [],
    locale: null,
  };
  return applyEvent({ type, subject: id, data: { state }, occurredAt: occurredAt.toISOString() });
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
const openNewDesk = async (): Promise<void> => {
  desk = await openDesk(service);
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
};

test('keeps a concurrent change of a ticket, with its own version, while its requester is merged', async () => {
  await openNewDesk();
  const { id, version } = await desk.ticket();
  const writer = await holdLocks(desk);
  await writer.query('select from ticket where id = $1 for update', [uuidOf('tkt', id)]);
  const merge = mergeCustomer();
  await writer.waitForBlocked();
  await writer.query(
    `update ticket set subject = 'Meanwhile', version = version + 1 where id = $1`,
    [uuidOf('tkt', id)],
  );
  await writer.release();
  await merge;
  const read = 'query ($id: ID!) { ticket(id: $id) { subject version requester { id } } }';
  expect(await desk.ask(desk.agent, read, { id })).toEqual({
    ticket: { subject: 'Meanwhile', version: version + 2, requester: { id: desk.stranger.id } },
  });
});

test('transfers any number of tickets and copies of a merged customer with a constant number of statements, and an event for each', async () => {
  const statementCounts: number[] = [];
  for (const ticketCount of [2, 8]) {
    await openNewDesk();
    for (let index = 0; index < ticketCount; index++) await desk.ticket();
    await owner.query(
      'update ticket set requester_id = $1, cc_ids = array[$2] where workspace_id = $3 and number % 2 = 0',
      [uuidOf('cus', desk.stranger.id), desk.customer.id, desk.workspace],
    );
    statementCounts.push((await mergeCustomer()).length);
    expect(await fetchUnloggedChanges(desk)).toEqual([]);
  }
  expect(statementCounts[1]).toBe(statementCounts[0]);
});

test('sets the new organization of a requester on tickets opened after the change, and not on older ones', async () => {
  await openNewDesk();
  const { id: before } = await desk.ticket();
  const changedAt = new Date();
  const { id: after } = await desk.ticket();
  const organization = newId('org');
  await setOrganization(desk.customer, 'customer.updated', organization, changedAt);
  expect([await organizationOf(before), await organizationOf(after)]).toEqual([
    undefined,
    organization,
  ]);
  const { id: next } = await desk.ticket();
  expect(await organizationOf(next)).toBe(organization);
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
});

test.each(['partner', 'customer'] as const)(
  'sets it on a ticket that a %s is opening when the event arrives',
  async (opener) => {
    await openNewDesk();
    const changedAt = new Date();
    if (opener === 'partner') await setOrganization(desk.customer, 'customer.created', null);
    expect(await mutate(desk, desk.lead, 'tagCreate', { name: 'held' })).toEqual({
      userErrors: [],
    });
    const blocker = await holdLocks(desk);
    await blocker.query(
      opener === 'partner'
        ? `select from tag where name = 'held' for update`
        : 'lock table ticket in exclusive mode',
    );
    const more =
      opener === 'partner' ? { requester: { customerId: desk.customer.id }, tags: ['held'] } : {};
    const creation = mutate(
      desk,
      desk[opener],
      'ticketCreate',
      { subject: 'Hello', body: 'Hello.', ...more },
      'ticket { id }',
    );
    await blocker.waitForBlocked();
    const organization = newId('org');
    const applied = setOrganization(
      desk.customer,
      opener === 'partner' ? 'customer.updated' : 'customer.created',
      organization,
      changedAt,
    );
    await Promise.race([applied, blocker.waitForBlocked(2)]);
    await blocker.release();
    await applied;
    const { id } = (await creation)['ticket'] as { id: string };
    expect(await organizationOf(id)).toBe(organization);
    expect(await fetchUnloggedChanges(desk)).toEqual([]);
  },
);

test('sets the organization of a customer who was discovered by a ticket on that ticket', async () => {
  await openNewDesk();
  const { id } = await desk.ticket();
  const organization = newId('org');
  await setOrganization(desk.customer, 'customer.created', organization);
  expect(await organizationOf(id)).toBe(organization);
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
});

test('gives a ticket without an organization that of the customer its requester is merged into', async () => {
  await openNewDesk();
  const { id } = await desk.ticket();
  const organization = newId('org');
  await setOrganization(desk.stranger, 'customer.created', organization);
  await mergeCustomer();
  expect(await organizationOf(id)).toBe(organization);
  expect(await fetchUnloggedChanges(desk)).toEqual([]);
});
