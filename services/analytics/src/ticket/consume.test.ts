import 'reflect-metadata';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CursorCodec } from '@deskgraph/common/graphql/signed-cursor';
import { Role } from '@deskgraph/common/auth/access';
import type { EventConsumer } from '@deskgraph/common/events/event-consumer';
import { createLog } from '@deskgraph/common/core/log';
import { replayDeadLetters } from '@deskgraph/common/service/replay';
import {
  TEST_SECRET,
  type TestService,
  dataOrThrow,
  newWorkspace,
  userActor,
  startTestService,
} from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { migrations } from '../../migrations/all.ts';
import { reportCacheOf } from '../report/cache.ts';
import { subgraph } from '../subgraph.ts';
import {
  type SampleIds,
  type FakeTicketsFeed,
  seededRandom,
  startFakeTicketsFeed,
  sampleTicketEvents,
  interleave,
  newSampleIds,
} from '../testing.ts';
import { consumeTickets, ticketsProjection } from './consume.ts';
import { rebuildProjection } from './rebuild.ts';

const random = seededRandom(7);
const log = createLog('test', 'silent');
const PERIOD = [new Date('2026-03-20T00:00:00Z'), new Date('2026-04-10T00:00:00Z')] as const;
let cast: SampleIds;
let tickets: FakeTicketsFeed;
let service: TestService;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  cast = newSampleIds(newWorkspace());
  tickets = await startFakeTicketsFeed({ page: 7, overlap: 5 });
  const lives = Array.from({ length: 40 }, (_, index) =>
    sampleTicketEvents(cast, index + 1, ...PERIOD, random),
  );
  tickets.add(...interleave(lives, random));
  service = await startTestService({ ...subgraph, backgroundTasks: () => [] }, migrations);
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await service.stop();
  await tickets.stop();
});

const startConsumer = (url = tickets.url): EventConsumer => {
  const consumer = consumeTickets(
    { orm: service.service.orm, log, config: { INTERNAL_SECRET: TEST_SECRET } },
    url,
  );
  stops.push(() => consumer.stop());
  return consumer;
};

const cursorAt = (position: number): string =>
  new CursorCodec(TEST_SECRET).encode(cast.workspace, { position });

const QUERY = `query ($period: PeriodInput!) {
  ticketReport(by: [TIME, STATUS, DEPARTMENT, AGENT], measures: [CREATED, SOLVED, BACKLOG, FIRST_RESPONSE_TIME, RESOLUTION_TIME], period: $period, timeZone: "Europe/Ljubljana") {
    cursor asOf totals { value p50 p90 sample } rows { dimensions { key label } measures { value p50 p90 sample } }
  }
}`;
const report = async (): Promise<object> =>
  dataOrThrow(
    await service.query<object>(userActor(Role.LEAD, cast.workspace), QUERY, {
      period: { from: PERIOD[0], to: PERIOD[1] },
    }),
  );

test('counts each event once with overlapping pages, concurrent consumers and restarts', async () => {
  const once = await startFakeTicketsFeed();
  once.log.push(...tickets.log);
  const single = startConsumer(once.url);
  await single.catchUp();
  await single.stop();
  const expected = await report();
  expect(JSON.stringify(expected)).toContain(cast.agents[0]!);
  await once.stop();

  const more = interleave([sampleTicketEvents(cast, 100, ...PERIOD, random)], random);
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: tickets.url,
    secret: TEST_SECRET,
    log,
  });
  expect(await report()).toEqual(expected);

  tickets.add(...more);
  const [first, second] = [startConsumer(), startConsumer()];
  await Promise.all([first.catchUp(), second.catchUp()]);
  await first.stop();
  const third = startConsumer();
  await Promise.all([second.catchUp(), third.catchUp()]);
  const updated = await report();
  expect(updated).not.toEqual(expected);

  // Consumers that run during a rebuild apply events to the emptied projection too.
  tickets.add(...interleave([sampleTicketEvents(cast, 101, ...PERIOD, random)], random));
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: tickets.url,
    secret: TEST_SECRET,
    log,
  });
  await Promise.all([second.catchUp(), third.catchUp()]);
  const rebuilt = await report();
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: tickets.url,
    secret: TEST_SECRET,
    log,
  });
  expect(await report()).toEqual(rebuilt);
  expect(rebuilt).toMatchObject({ ticketReport: { cursor: cursorAt(tickets.log.length) } });
});

test('an event that fails blocks only its ticket, and the replay gives the numbers of an intact log', async () => {
  const broken = await startFakeTicketsFeed();
  stops.push(broken.stop);
  broken.log.push(...structuredClone(tickets.log));
  const { position, subject, data } = broken.log.findLast(({ type }) => type === 'ticket.created')!;
  const state = data['state'] as { number: unknown };
  const { number } = state;
  state.number = 'not a number';
  await startConsumer(broken.url).catchUp();
  const blocked = broken.log.filter(
    (event) => event.subject === subject && event.position >= position,
  );
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  stops.push(() => owner.end());
  const { rows } = await owner.query(
    'select position::integer, tries from dead_letter order by position',
  );
  expect(rows).toEqual(
    blocked.map((event) => ({
      position: event.position,
      tries: event.position === position ? 5 : 0,
    })),
  );
  expect(await report()).toMatchObject({ ticketReport: { cursor: cursorAt(broken.log.length) } });

  await owner.query(
    `update dead_letter set event = jsonb_set(event, '{data,state,number}', $1) where position = $2`,
    [number, position],
  );
  const { orm } = service.service;
  expect(await replayDeadLetters({ orm, log, ...ticketsProjection(orm) })).toEqual({
    applied: blocked.length,
    failed: 0,
  });
  reportCacheOf(orm).invalidate(cast.workspace);
  const replayed = await report();
  state.number = number;
  await rebuildProjection({
    ownerUrl: service.database.ownerUrl,
    url: service.database.url,
    ticketsUrl: broken.url,
    secret: TEST_SECRET,
    log,
  });
  expect(await report()).toEqual(replayed);
});
