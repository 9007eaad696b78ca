import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestService } from '@deskgraph/common/testing/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';

let service: TestService;
let desk: Desk;
let owner: Client;
/** As the service connects. */
let plain: Client;
beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  plain = new Client({ connectionString: service.database.url });
  for (const client of [owner, plain]) {
    await client.connect();
    await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  }
});
afterAll(async () => {
  await Promise.all([owner.end(), plain.end()]);
  await service.stop();
});

const act = async (
  name: string,
  input: object,
  selection = '',
  actor = desk.agent,
): Promise<Result> => {
  const result = await mutate(desk, actor, name, input, selection);
  expect(result.userErrors).toEqual([]);
  return result;
};
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(5);
};
interface Row {
  type: string;
  version: number;
  text: string;
}
const factsOf = async (id: string): Promise<Row[]> =>
  (
    await owner.query<Row>(
      `select type, version, actor::text || data::text as text from event_log where subject = $1 union all
       select type, version, actor::text || data::text as text from outbox where subject = $1 order by version`,
      [id],
    )
  ).rows;

test('what is removed for ever leaves its facts behind, and in them nothing that people wrote or are called', async () => {
  const made = await act(
    'ticketFieldCreate',
    { key: 'iban', label: 'IBAN', kind: 'TEXT' },
    'ticketField { id }',
    desk.admin,
  );
  const fieldId = (made['ticketField'] as { id: string }).id;
  const { id } = await desk.ticket({ subject: 'Secretparcel' });
  await act('ticketUpdate', {
    id,
    subject: 'Secretinvoice',
    fields: [{ fieldId, value: 'Secretaccount' }],
    product: 'Secretkettle',
  });
  await act('ticketEscalate', { id, reason: 'Secretreason', toAgentId: desk.agent.id });
  await reply(desk, desk.agent, id);
  await act('ticketStatusChange', { id, status: 'SOLVED', resolution: 'Secretwords' });
  const before = await factsOf(id);
  expect(before.map(({ text }) => text).join()).toMatch(
    /Secretparcel.*Secretinvoice.*Secretaccount.*Secretwords/,
  );
  await act('ticketDelete', { id }, '', desk.lead);
  await act('ticketPurge', { id }, '', desk.admin);
  await until(async () => !(await owner.query('select from removed_ticket')).rowCount);
  const after = await factsOf(id);
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

test('the memory of a process forgets at once what the log forgets, and no more', async () => {
  const { tail, relay } = service.service;
  await tail.ready();
  const { id } = await desk.ticket({ subject: 'Secretparcel' });
  await act('ticketUpdate', {
    id,
    subject: 'Secretinvoice',
    addTags: ['vip'],
    product: 'Secretkettle',
  });
  await act('ticketSnooze', { id });
  await act('ticketDelete', { id }, '', desk.lead);
  await act('ticketPurge', { id }, '', desk.admin);
  await until(async () => !(await owner.query('select from removed_ticket')).rowCount);
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

test('nobody changes or deletes a fact: not the service’s own role, on no way, and no field of the graph', async () => {
  const { id } = await desk.ticket();
  await until(async () => !(await owner.query('select from outbox')).rowCount);
  const before = await factsOf(id);
  for (const table of ['event_log', 'event_log_1'])
    for (const statement of [`update ${table} set data = '{}'`, `delete from ${table}`])
      expect((await plain.query(statement)).rowCount).toBe(0);
  await expect(plain.query('select forget_facts($1, $2)', [id, []])).rejects.toThrow(
    'Facts forget nothing',
  );
  await expect(plain.query('truncate event_log')).rejects.toThrow('permission denied');
  expect(await factsOf(id)).toEqual(before);
  const { __schema: schema } = await desk.ask<{
    __schema: { mutationType: { fields: { name: string }[] } };
  }>(desk.admin, '{ __schema { mutationType { fields { name } } } }');
  expect(
    schema.mutationType.fields.filter(({ name }) => /event|timeline|fact|log/i.test(name)),
  ).toEqual([]);
});
