import { Migration } from '@mikro-orm/migrations';
import { type MikroORM, openDatabase, rowSecurity } from '@deskgraph/common/database/database';
import { deadTable } from '@deskgraph/common/events/dead-letters';
import { feedHandler } from '@deskgraph/common/events/http-feed';
import { type Fact, eventTables, recordAll } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import { createLog } from '@deskgraph/common/core/log';
import { idempotencyTable, sweptIdempotency } from '@deskgraph/common/graphql/mutation';
import { logPartitions } from '@deskgraph/common/events/partitions';
import type { Publisher } from '@deskgraph/common/events/nats-publisher';
import { type Relay, startRelay } from '@deskgraph/common/events/outbox-relay';
import { serve } from '@deskgraph/common/http/serve';
import { type TestDatabase, newWorkspace, testDatabase } from '@deskgraph/common/testing/testing';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';

export const PARTITION = 1000;
export const silent = createLog('test', 'silent');

class Tables extends Migration {
  override up(): void {
    this.addSql(eventTables);
    this.addSql(logPartitions(PARTITION));
    this.addSql(deadTable);
    this.addSql(idempotencyTable);
    this.addSql(rowSecurity('idempotency'));
    this.addSql(sweptIdempotency);
  }
}

/** A database with nothing but a log, and what writes into it. */
export interface TestLog {
  database: TestDatabase;
  orm: MikroORM;
  relay: Relay;
  /** One transaction with so many facts about one thing, the last of which has this version. */
  tell(subject: string, version: number, count?: number, workspace?: string): Promise<void>;
  /** Several writers at once, each with its own thing; gives their things. */
  tellMany(writers: number, transactions: number, count?: number): Promise<string[]>;
  query<Row>(statement: string): Promise<Row[]>;
  /** Resolves once the log has so many facts. */
  reached(head: number): Promise<void>;
  stop(): Promise<void>;
}

export const ownWorkspace = newWorkspace();

export async function testLog(): Promise<TestLog> {
  const database = await testDatabase('log', { tables: Tables });
  const orm = await openDatabase({ url: database.url, entities: [], log: silent, connections: 8 });
  const owner = await openDatabase({
    url: database.ownerUrl,
    entities: [],
    log: silent,
    connections: 2,
  });
  const relay = startRelay(orm, database.url, silent);
  const query = <Row>(statement: string): Promise<Row[]> =>
    owner.em.fork().execute(statement) as Promise<Row[]>;
  const tell: TestLog['tell'] = (subject, version, count = 1, workspace = ownWorkspace) => {
    const context = new Context({
      orm,
      actor: systemActor(workspace),
      log: silent,
      requestId: 'test',
      locales: [],
    });
    const facts = Array.from({ length: count }, (_, at) => ({
      type: 'thing.done',
      subject: { id: subject, version: version - count + 1 + at },
      data: { at },
    }));
    return context.write(() => recordAll(context, facts));
  };
  return {
    database,
    orm,
    relay,
    tell,
    query,
    tellMany: async (writers, transactions, count = 1) => {
      const subjects = Array.from({ length: writers }, () => newId('thg'));
      await Promise.all(
        subjects.map(async (subject) => {
          for (let step = 1; step <= transactions; step++) await tell(subject, step * count, count);
        }),
      );
      return subjects;
    },
    reached: async (head) => {
      const isThere = async (): Promise<boolean> =>
        Number((await query<{ head: string }>('select head from relay_state'))[0]!.head) >= head;
      while (!(await isThere())) await relay.grown(100);
    },
    stop: async () => {
      relay.release();
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
export async function openFeed(
  { orm, relay }: TestLog,
  { port = 0, publisher }: { port?: number; publisher?: Publisher } = {},
): Promise<TestFeed> {
  const serving = await serve({
    log: silent,
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
export function isWhole(facts: readonly Pick<Fact, 'position' | 'subject' | 'version'>[]): boolean {
  const versions = new Map<string, number>();
  return facts.every(({ position, subject, version }, at) => {
    const expected = (versions.get(subject) ?? 0) + 1;
    versions.set(subject, version);
    return position === at + 1 && version === expected;
  });
}
