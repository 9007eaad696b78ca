import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestService } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Desk, type Result, mutate, openDesk, reply } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { waitFor } from '../../../testing/scheduler.ts';

let service: TestService;
let desk: Desk;
let owner: Client;
/** Connected with the role of the service. */
let serviceRole: Client;
beforeAll(async () => {
  service = await startOwnTickets();
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  serviceRole = new Client({ connectionString: service.database.url });
  for (const client of [owner, serviceRole]) {
    await client.connect();
    await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  }
});
afterAll(async () => {
  await Promise.all([owner.end(), serviceRole.end()]);
  await service.stop();
});

const run = async (
  name: string,
  input: object,
  selection = '',
  actor = desk.agent,
): Promise<Result> => {
  const result = await mutate(desk, actor, name, input, selection);
  expect(result.userErrors).toEqual([]);
  return result;
};
interface EventRow {
  type: string;
  version: number;
  text: string;
}
const eventsOf = async (id: string): Promise<EventRow[]> =>
  (
    await owner.query<EventRow>(
      `select type, version, actor::text || data::text as text from event_log where subject = $1 union all
       select type, version, actor::text || data::text as text from outbox where subject = $1 order by version`,
      [id],
    )
  ).rows;

test('the events of a purged ticket remain, without texts and names that people wrote', async () => {
  const created = await run(
    'ticketFieldCreate',
    { key: 'iban', label: 'IBAN', kind: 'TEXT' },
    'ticketField { id }',
    desk.admin,
  );
  const fieldId = (created['ticketField'] as { id: string }).id;
  const { id } = await desk.ticket({ subject: 'Secretparcel' });
  await run('ticketUpdate', {
    id,
    subject: 'Secretinvoice',
    fields: [{ fieldId, value: 'Secretaccount' }],
    product: 'Secretkettle',
  });
  await run('ticketEscalate', { id, reason: 'Secretreason', toAgentId: desk.agent.id });
  await reply(desk, desk.agent, id);
  await run('ticketStatusChange', { id, status: 'SOLVED', resolution: 'Secretwords' });
  const before = await eventsOf(id);
  expect(before.map(({ text }) => text).join()).toMatch(
    /Secretparcel.*Secretinvoice.*Secretaccount.*Secretwords/,
  );
  await run('ticketDelete', { id }, '', desk.lead);
  await run('ticketPurge', { id }, '', desk.admin);
  await waitFor(async () => !(await owner.query('select from removed_ticket')).rowCount);
  const after = await eventsOf(id);
  expect(after.map(({ type }) => type)).toEqual([
    ...before.map(({ type }) => type),
    'ticket.deleted',
    'ticket.purged',
  ]);
  for (const { text } of after) expect(text).not.toMatch(/Secret|Marta/);
  const { rows } = await owner.query<{ data: object }>(
    `select data from event_log where subject = $1 and type = 'ticket.status_changed' order by version desc limit 1`,
    [id],
  );
  expect(rows[0]!.data).toMatchObject({
    state: {
      status: 'SOLVED',
      assigneeId: desk.agent.id,
      requesterId: desk.customer.id,
      resolutionCode: 'ANSWERED',
    },
    changes: { status: ['OPEN', 'SOLVED'] },
  });
});

test('events cached in memory are redacted at once like those in the event log, and no further', async () => {
  const { tail, relay } = service.service;
  await tail.ready();
  const { id } = await desk.ticket({ subject: 'Secretparcel' });
  await run('ticketUpdate', {
    id,
    subject: 'Secretinvoice',
    addTags: ['vip'],
    product: 'Secretkettle',
  });
  await run('ticketSnooze', { id });
  await run('ticketDelete', { id }, '', desk.lead);
  await run('ticketPurge', { id }, '', desk.admin);
  await waitFor(async () => !(await owner.query('select from removed_ticket')).rowCount);
  const { rows } = await owner.query<{ position: string; actor: object; data: object }>(
    'select position, actor, data from event_log where subject = $1 order by position',
    [id],
  );
  while (tail.head < Number(rows.at(-1)!.position)) await relay.waitForEvents(100);
  for (const { position, actor, data } of rows)
    expect(tail.cachedEvent(Number(position))).toMatchObject({ subject: id, actor, data });
  expect(
    JSON.stringify(rows.map(({ position }) => tail.cachedEvent(Number(position)))),
  ).not.toMatch(/Secret|Marta/);
});

test('events cannot be changed or deleted: not by the role of the service, and no field of the graph does it', async () => {
  const { id } = await desk.ticket();
  await waitFor(async () => !(await owner.query('select from outbox')).rowCount);
  const before = await eventsOf(id);
  for (const table of ['event_log', 'event_log_1'])
    for (const statement of [`update ${table} set data = '{}'`, `delete from ${table}`])
      expect((await serviceRole.query(statement)).rowCount).toBe(0);
  await expect(serviceRole.query('select redact_ticket_events($1, $2)', [id, []])).rejects.toThrow(
    'Only events of a purged ticket',
  );
  await expect(serviceRole.query('truncate event_log')).rejects.toThrow('permission denied');
  expect(await eventsOf(id)).toEqual(before);
  const { __schema: schema } = await desk.ask<{
    __schema: { mutationType: { fields: { name: string }[] } };
  }>(desk.admin, '{ __schema { mutationType { fields { name } } } }');
  expect(
    schema.mutationType.fields.filter(({ name }) => /event|timeline|fact|log/i.test(name)),
  ).toEqual([]);
});
