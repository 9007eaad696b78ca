import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import type { SubscriptionClient, TestService } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Clock, stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import {
  type ListArguments,
  LiveListClient,
  subscriptionClientOf,
} from '../../../testing/live-list-client.ts';

const DAY = 86_400_000;

let service: TestService;
let desk: Desk;
let clock: Clock;
const clients: SubscriptionClient[] = [];

beforeAll(async () => {
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await service.stop();
  jest.useRealTimers();
});

const createField = async (key: string, kind: string, more: object = {}): Promise<string> => {
  const input = { key, label: key, kind, ...more };
  return (
    (await mutate(desk, desk.admin, 'ticketFieldCreate', input, 'ticketField { id }'))[
      'ticketField'
    ] as { id: string }
  ).id;
};
const fill = (id: string, fieldId: string, value: unknown) =>
  mutate(desk, desk.agent, 'ticketUpdate', { id, fields: [{ fieldId, value }] });
async function watchList(actor: Actor, args: ListArguments): Promise<LiveListClient> {
  const client = subscriptionClientOf(desk, actor);
  clients.push(client);
  const watched = new LiveListClient(desk, actor, args, client);
  await watched.until(({ view }) => view !== undefined);
  return watched;
}
const changeKinds = ({ changes }: LiveListClient): string[] => changes.map(({ kind }) => kind);

test('a live list follows field values in its filter, and requesters get changes of visible fields only', async () => {
  const size = await createField('size', 'NUMBER');
  const color = await createField('color', 'TEXT', { visibleToRequester: true });
  const { id } = await desk.ticket();
  const big = await watchList(desk.agent, {
    filter: { field: [{ fieldId: size, number: { gte: 40 } }] } as never,
  });
  const own = await watchList(desk.customer, {});
  const hidden = await watchList(desk.customer, {
    filter: { field: [{ fieldId: size, number: { gte: 40 } }] } as never,
  });
  await fill(id, size, 42);
  await big.until(({ last }) => last.kind === 'ENTER');
  await fill(id, size, 3);
  await big.until(({ last }) => last.kind === 'LEAVE');
  await fill(id, color, 'red');
  await own.until(({ last }) => last.kind === 'UPDATE');
  expect([changeKinds(big), changeKinds(own), changeKinds(hidden)]).toEqual([
    ['SNAPSHOT', 'ENTER', 'LEAVE'],
    ['SNAPSHOT', 'UPDATE'],
    ['SNAPSHOT'],
  ]);
  for (const watch of [big, own, hidden]) watch.stop();
});

test('a live list follows the clock when its filter has a relative date', async () => {
  const due = await createField('due', 'DATE');
  const { id } = await desk.ticket();
  const today = Math.floor(Date.now() / DAY) * DAY;
  await fill(id, due, new Date(today).toISOString().slice(0, 10));
  const late = await watchList(desk.agent, {
    filter: { field: [{ fieldId: due, date: { olderThan: 'P1D' } }] } as never,
  });
  const near = await watchList(desk.agent, {
    filter: { field: [{ fieldId: due, date: { within: 'P1D' } }] } as never,
  });
  clock.advance(today + DAY - Date.now());
  expect([changeKinds(late), changeKinds(near)]).toEqual([['SNAPSHOT'], ['SNAPSHOT']]);
  clock.advance(1);
  await late.until(({ last }) => last.kind === 'ENTER');
  await near.until(({ last }) => last.kind === 'LEAVE');
  for (const watch of [late, near]) watch.stop();
});

test('field values are found by an index', async () => {
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  try {
    await owner.query('begin');
    await owner.query('set constraints all deferred');
    await owner.query(`
      insert into field_value (workspace_id, field_id, ticket_id, place, word, text, number)
      select '${desk.workspace}', 'fld_other', gen_random_uuid(), 1, 'word ' || n, 'word ' || n, n from generate_series(1, 20000) n`);
    await owner.query('analyze field_value');
    await owner.query('set local role deskgraph_app');
    await owner.query(`select set_config('desk.workspace', $1, true)`, [desk.workspace]);
    for (const condition of [
      `v.word = any(array(select left(lower(normalize(word)), 200) from unnest(array['Word 7']::text[]) word))`,
      'v.number >= 19000::double precision',
    ]) {
      const { rows } = await owner.query<{ 'QUERY PLAN': object[] }>(
        `explain (format json) select v.ticket_id from field_value v where v.workspace_id = $1::uuid and v.field_id = $2 and ${condition}`,
        [desk.workspace, 'fld_other'],
      );
      expect(JSON.stringify(rows[0]!['QUERY PLAN'])).toMatch(
        /"Index Name":"field_value_(word|number)"/,
      );
    }
  } finally {
    await owner.query('rollback');
    await owner.end();
  }
});
