import { Migration } from '@mikro-orm/migrations';
import { systemActor } from '@deskgraph/common/auth/token';
import { newId } from '@deskgraph/common/core/id';
import { createLog } from '@deskgraph/common/core/log';
import { Context } from '@deskgraph/common/database/context';
import { type MikroORM, openDatabase, rowSecurity } from '@deskgraph/common/database/database';
import { feedHandler } from '@deskgraph/common/events/http-feed';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NatsPublisher } from '@deskgraph/common/events/nats-publisher';
import { type OutboxRelay, startOutboxRelay } from '@deskgraph/common/events/outbox-relay';
import { deadLetterTable, eventLogPartitions, eventTables } from '@deskgraph/common/events/tables';
import type { DomainEvent, NewEvent } from '@deskgraph/common/events/types';
import { idempotencyCleanupPolicy, idempotencyTable } from '@deskgraph/common/graphql/idempotency';
import { startHttpService } from '@deskgraph/common/http/serve';
import {
  type TestDatabase,
  createTestDatabase,
  newWorkspace,
} from '@deskgraph/common/testing/testing';

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

/** A database that holds only an event log, and functions that append to it. */
export interface TestLog {
  database: TestDatabase;
  orm: MikroORM;
  relay: OutboxRelay;
  /** Appends `count` events of one subject in one transaction; the last has this version. */
  append(subject: string, version: number, count?: number, workspace?: string): Promise<void>;
  /** Several writers append at the same time, each to its own subject; returns the subjects. */
  appendConcurrently(writers: number, transactions: number, count?: number): Promise<string[]>;
  query<Row>(statement: string): Promise<Row[]>;
  /** Resolves once the log has this many events. */
  waitForHead(head: number): Promise<void>;
  stop(): Promise<void>;
}

export const testWorkspace = newWorkspace();

export async function testLog(): Promise<TestLog> {
  const database = await createTestDatabase('log', { tables: Tables });
  const open = (url: string, connections: number): Promise<MikroORM> =>
    openDatabase({ url, entities: [], log: silentLog, connections });
  const orm = await open(database.url, 8);
  const owner = await open(database.ownerUrl, 2);
  const relay = startOutboxRelay(orm, database.url, silentLog);
  const query = <Row>(statement: string): Promise<Row[]> =>
    owner.em.fork().execute(statement) as Promise<Row[]>;
  const append: TestLog['append'] = (subject, version, count = 1, workspace = testWorkspace) => {
    const ctx = new Context({
      orm,
      actor: systemActor(workspace),
      log: silentLog,
      requestId: 'test',
      locales: [],
    });
    const events = Array.from({ length: count }, (_, index) => ({
      type: 'entity.changed',
      subject: { id: subject, version: version - count + 1 + index },
      data: { index },
    }));
    // The type is not in the catalogue: tests of the log do not depend on the services.
    return ctx.write(() => appendEvents(ctx, events as unknown as NewEvent[]));
  };
  return {
    database,
    orm,
    relay,
    append,
    query,
    appendConcurrently: async (writers, transactions, count = 1) => {
      const subjects = Array.from({ length: writers }, () => newId('thg'));
      await Promise.all(
        subjects.map(async (subject) => {
          for (let step = 1; step <= transactions; step++)
            await append(subject, step * count, count);
        }),
      );
      return subjects;
    },
    waitForHead: async (head) => {
      const storedHead = async (): Promise<number> =>
        Number((await query<{ head: string }>('select head from relay_state'))[0]!.head);
      while ((await storedHead()) < head) await relay.waitForEvents(100);
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
  /** Closes all connections and stops the server, as a crash does. */
  crash(): Promise<void>;
}

/** Serves the `/feed` endpoint of a log. */
export async function serveTestFeed(
  { orm, relay }: TestLog,
  { port = 0, publisher }: { port?: number; publisher?: NatsPublisher } = {},
): Promise<TestFeed> {
  const service = await startHttpService({
    log: silentLog,
    host: '127.0.0.1',
    port,
    routes: { 'GET /feed': feedHandler(orm, relay, publisher) },
    ready: async () => true,
    close: async () => {},
  });
  return {
    url: `http://127.0.0.1:${service.port}`,
    port: service.port,
    crash: () => {
      const stopped = service.stop();
      service.http.closeAllConnections();
      return stopped;
    },
  };
}

/** Whether the events are the whole log: each once, in order, and of each subject by version. */
export function isCompleteLog(
  events: readonly Pick<DomainEvent, 'position' | 'subject' | 'version'>[],
): boolean {
  const versions = new Map<string, number>();
  return events.every(({ position, subject, version }, index) => {
    const expected = (versions.get(subject) ?? 0) + 1;
    versions.set(subject, version);
    return position === index + 1 && version === expected;
  });
}
