import { Migration } from '@mikro-orm/migrations';
import { type MikroORM, openDatabase, rowSecurity } from '@deskgraph/common/database/database';
import { deadLetterTable } from '@deskgraph/common/events/dead-letters';
import { feedHandler } from '@deskgraph/common/events/http-feed';
import { type DomainEvent, eventTables, appendEvents } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import { createLog } from '@deskgraph/common/core/log';
import { idempotencyTable, idempotencyCleanupPolicy } from '@deskgraph/common/graphql/mutation';
import { eventLogPartitions } from '@deskgraph/common/events/partitions';
import type { NatsPublisher } from '@deskgraph/common/events/nats-publisher';
import { type OutboxRelay, startOutboxRelay } from '@deskgraph/common/events/outbox-relay';
import { serve } from '@deskgraph/common/http/serve';
import { type TestDatabase, newWorkspace, testDatabase } from '@deskgraph/common/testing/testing';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';

export const TEST_PARTITION_SIZE = 1000;
export const silentLog = createLog('test', 'silent');

class Tables extends Migration {
  override up(): void {
    this.addSql(eventTables);
    this.addSql(eventLogPartitions(TEST_PARTITION_SIZE));
    this.addSql(deadLetterTable);
    this.addSql(idempotencyTable);
    this.addSql(rowSecurity('idempotency'));
    this.addSql(idempotencyCleanupPolicy);
  }
}

/** A database with nothing but a log, and what writes into it. */
export interface TestLog {
  database: TestDatabase;
  orm: MikroORM;
  relay: OutboxRelay;
  /** One transaction with so many facts about one thing, the last of which has this version. */
  append(subject: string, version: number, count?: number, workspace?: string): Promise<void>;
  /** Several writers at once, each with its own thing; gives their things. */
  appendConcurrently(writers: number, transactions: number, count?: number): Promise<string[]>;
  query<Row>(statement: string): Promise<Row[]>;
  /** Resolves once the log has so many facts. */
  waitForHead(head: number): Promise<void>;
  stop(): Promise<void>;
}

export const testWorkspace = newWorkspace();

export async function testLog(): Promise<TestLog> {
  const database = await testDatabase('log', { tables: Tables });
  const orm = await openDatabase({
    url: database.url,
    entities: [],
    log: silentLog,
    connections: 8,
  });
  const owner = await openDatabase({
    url: database.ownerUrl,
    entities: [],
    log: silentLog,
    connections: 2,
  });
  const relay = startOutboxRelay(orm, database.url, silentLog);
  const query = <Row>(statement: string): Promise<Row[]> =>
    owner.em.fork().execute(statement) as Promise<Row[]>;
  const tell: TestLog['append'] = (subject, version, count = 1, workspace = testWorkspace) => {
    const context = new Context({
      orm,
      actor: systemActor(workspace),
      log: silentLog,
      requestId: 'test',
      locales: [],
    });
    const facts = Array.from({ length: count }, (_, at) => ({
      type: 'thing.done',
      subject: { id: subject, version: version - count + 1 + at },
      data: { at },
    }));
    return context.write(() => appendEvents(context, facts));
  };
  return {
    database,
    orm,
    relay,
    append: tell,
    query,
    appendConcurrently: async (writers, transactions, count = 1) => {
      const subjects = Array.from({ length: writers }, () => newId('thg'));
      await Promise.all(
        subjects.map(async (subject) => {
          for (let step = 1; step <= transactions; step++) await tell(subject, step * count, count);
        }),
      );
      return subjects;
    },
    waitForHead: async (head) => {
      const isThere = async (): Promise<boolean> =>
        Number((await query<{ head: string }>('select head from relay_state'))[0]!.head) >= head;
      while (!(await isThere())) await relay.waitForEvents(100);
    },
    stop: async () => {
      relay.releaseWaiters();
      await relay.stop();
      await orm.close(true);
      await owner.close(true);
      await database.drop();
    },
  };
}

export interface TestFeed {
  url: string;
  port: number;
  /** Cuts everybody off at once, as a crash would. */
  cut(): Promise<void>;
}

/** The door of a log, for those who follow it. */
export async function serveTestFeed(
  { orm, relay }: TestLog,
  { port = 0, publisher }: { port?: number; publisher?: NatsPublisher } = {},
): Promise<TestFeed> {
  const serving = await serve({
    log: silentLog,
    host: '127.0.0.1',
    port,
    routes: { 'GET /feed': feedHandler(orm, relay, publisher) },
    ready: async () => true,
    close: async () => {},
  });
  return {
    url: `http://127.0.0.1:${serving.port}`,
    port: serving.port,
    cut: () => {
      const stopped = serving.stop();
      serving.http.closeAllConnections();
      return stopped;
    },
  };
}

/** Each once, in order, without a gap; and of each thing in the order of its versions. */
export function isCompleteLog(
  facts: readonly Pick<DomainEvent, 'position' | 'subject' | 'version'>[],
): boolean {
  const versions = new Map<string, number>();
  return facts.every(({ position, subject, version }, at) => {
    const expected = (versions.get(subject) ?? 0) + 1;
    versions.set(subject, version);
    return position === at + 1 && version === expected;
  });
}
