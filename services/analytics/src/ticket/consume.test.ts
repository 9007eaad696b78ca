import 'reflect-metadata';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CursorCodec } from '@deskgraph/common/graphql/signed-cursor';
import { Role } from '@deskgraph/common/auth/access';
import type { EventConsumer } from '@deskgraph/common/events/event-consumer';
import { createLog } from '@deskgraph/common/core/log';
import { replay } from '@deskgraph/common/service/replay';
import {
  TEST_SECRET,
  type TestService,
  dataOf,
  newWorkspace,
  person,
  testService,
} from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { migrations } from '../../migrations/all.ts';
import { heard } from '../report/cache.ts';
import { subgraph } from '../subgraph.ts';
import {
  type Cast,
  type FakeTickets,
  dice,
  fakeTickets,
  lifeOf,
  mixed,
  newCast,
} from '../testing.ts';
import { consumeTickets, ticketsProjection } from './consume.ts';
import { rebuildProjection } from './rebuild.ts';

const random = dice(7);
const log = createLog('test', 'silent');
const PERIOD = [new Date('2026-03-20T00:00:00Z'), new Date('2026-04-10T00:00:00Z')] as const;
let cast: Cast;
let tickets: FakeTickets;
let service: TestService;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  cast = newCast(newWorkspace());
  tickets = await fakeTickets({ page: 7, overlap: 5 });
  const lives = Array.from({ length: 40 }, (_, at) => lifeOf(cast, at + 1, ...PERIOD, random));
  tickets.add(...mixed(lives, random));
  service = await testService({ ...subgraph, beside: () => [] }, migrations);
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await service.stop();
  await tickets.stop();
});

const following = (url = tickets.url): EventConsumer => {
  const follower = consumeTickets(
    { orm: service.service.orm, log, config: { INTERNAL_SECRET: TEST_SECRET } },
    url,
  );
  stops.push(() => follower.stop());
  return follower;
};

const cursorAt = (position: number): string =>
  new CursorCodec(TEST_SECRET).encode(cast.workspace, { position });

const QUERY = `query ($period: PeriodInput!) {
  ticketReport(by: [TIME, STATUS, DEPARTMENT, AGENT], measures: [CREATED, SOLVED, BACKLOG, FIRST_RESPONSE_TIME, RESOLUTION_TIME], period: $period, timeZone: "Europe/Ljubljana") {
    cursor asOf totals { value p50 p90 sample } rows { dimensions { key label } measures { value p50 p90 sample } }
  }
}`;
const numbers = async (): Promise<object> =>
  dataOf(
    await service.ask<object>(person(Role.LEAD, cast.workspace), QUERY, {
      period: { from: PERIOD[0], to: PERIOD[1] },
    }),
  );

test('pages that repeat facts, several followers at once and restarts count each fact once', async () => {
  const once = await fakeTickets();
  once.log.push(...tickets.log);
  const clean = following(once.url);
  await clean.catchUp();
  await clean.stop();
  const truth = await numbers();
  expect(JSON.stringify(truth)).toContain(cast.agents[0]!);
  await once.stop();

  const more = mixed([lifeOf(cast, 100, ...PERIOD, random)], random);
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: tickets.url,
    secret: TEST_SECRET,
    log,
  });
  expect(await numbers()).toEqual(truth);

  tickets.add(...more);
  const [first, second] = [following(), following()];
  await Promise.all([first.catchUp(), second.catchUp()]);
  await first.stop();
  const third = following();
  await Promise.all([second.catchUp(), third.catchUp()]);
  const grown = await numbers();
  expect(grown).not.toEqual(truth);

  // While services follow, the rebuild takes the ground from under their feet.
  tickets.add(...mixed([lifeOf(cast, 101, ...PERIOD, random)], random));
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: tickets.url,
    secret: TEST_SECRET,
    log,
  });
  await Promise.all([second.catchUp(), third.catchUp()]);
  const rebuilt = await numbers();
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: tickets.url,
    secret: TEST_SECRET,
    log,
  });
  expect(await numbers()).toEqual(rebuilt);
  expect(rebuilt).toMatchObject({ ticketReport: { cursor: cursorAt(tickets.log.length) } });
});

test('a fact that can’t be counted holds back its ticket only, and once it is replayed the numbers are those of a log that was never broken', async () => {
  const broken = await fakeTickets();
  stops.push(broken.stop);
  broken.log.push(...structuredClone(tickets.log));
  const { position, subject, data } = broken.log.findLast(({ type }) => type === 'ticket.created')!;
  const state = data['state'] as { number: unknown };
  const { number } = state;
  state.number = 'not a number';
  await following(broken.url).catchUp();
  const held = broken.log.filter((fact) => fact.subject === subject && fact.position >= position);
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  stops.push(() => owner.end());
  const { rows } = await owner.query(
    'select position::integer, tries from feed_dead order by position',
  );
  expect(rows).toEqual(
    held.map((fact) => ({ position: fact.position, tries: fact.position === position ? 5 : 0 })),
  );
  expect(await numbers()).toMatchObject({ ticketReport: { cursor: cursorAt(broken.log.length) } });

  await owner.query(
    `update feed_dead set fact = jsonb_set(fact, '{data,state,number}', $1) where position = $2`,
    [number, position],
  );
  const { orm } = service.service;
  expect(await replay({ orm, log, ...ticketsProjection(orm) })).toEqual({
    applied: held.length,
    left: 0,
  });
  heard(orm, cast.workspace);
  const replayed = await numbers();
  state.number = number;
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: broken.url,
    secret: TEST_SECRET,
    log,
  });
  expect(await numbers()).toEqual(replayed);
});
