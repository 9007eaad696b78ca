import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Client } from 'pg';
import { elected } from '../jobs/leader-election.ts';
import { type DomainEvent, eventFromRow } from './log.ts';
import type { Log } from '../core/log.ts';
import { connectNats, ensureStream } from './nats-connection.ts';

const PAGE = 200;
const IDLE_MS = 1_000;
/** Of the log in its own `feed_position`: how far it is published. Who has never published begins with what comes next. */
const BEGIN = `insert into feed_position (source, position) select 'nats', head from relay_state on conflict do nothing`;
const NEXT = `select * from event_log where position > (select position from feed_position where source = 'nats') order by position limit ${PAGE}`;
const DONE = `update feed_position set position = $1 where source = 'nats'`;
/** A copy of a database is another log, and must never be taken for this one. */
const IDENTITY = `
  select to_hex(system_identifier) || to_hex(oid::bigint) as log from pg_control_system(), pg_database where datname = current_database()`;

export interface NatsPublisherOptions {
  /** Address of the NATS server. */
  nats: string;
  /** Name of the service, and its database. */
  service: string;
  url: string;
  log: Log;
}

export interface NatsPublisher {
  /** Where the facts are published; unknown until the database was reached. */
  readonly stream: string | undefined;
  stop(): Promise<void>;
}

/**
 * Publishes the log to NATS JetStream, fact by fact in its order, and notes down how far it has come. What is published twice, because it
 * ended in between, has the same id and is kept once. Every process runs one, and one of them works.
 */
export function startNatsPublisher({
  nats,
  service,
  url,
  log,
}: NatsPublisherOptions): NatsPublisher {
  let stream: string | undefined;
  let bus: NatsConnection | undefined;

  const prepare = async (client: Client): Promise<void> => {
    await client.query(`set desk.workspace = '*'`);
    const { rows } = await client.query<{ log: string }>(IDENTITY);
    stream = `deskgraph-${service}-${rows[0]!.log}`;
  };

  const begin = async (client: Client): Promise<NatsConnection> => {
    bus = await connectNats(nats, `${service} publisher`);
    await ensureStream(await jetstreamManager(bus), stream!);
    await client.query(BEGIN);
    return bus;
  };

  const publish = async (
    facts: readonly DomainEvent[],
    js: JetStreamClient,
    limit: number,
  ): Promise<void> => {
    await Promise.all(
      facts.map(async (fact) => {
        const text = JSON.stringify(fact);
        if (Buffer.byteLength(text) > limit)
          log.warn(
            { position: fact.position },
            'a fact is too large to be published; followers fetch it',
          );
        else await js.publish(`${stream}.${fact.workspace}.${fact.type}`, text, { msgID: fact.id });
      }),
    );
  };

  const close = async (): Promise<void> => {
    await bus?.close().catch(() => {});
    bus = undefined;
  };

  const work = async (client: Client): Promise<number> => {
    try {
      const connected = bus ?? (await begin(client));
      const { rows } = await client.query<Record<string, unknown>>({ name: 'next', text: NEXT });
      if (!rows.length) return IDLE_MS;
      const facts = rows.map(eventFromRow);
      await publish(facts, jetstream(connected), connected.info!.max_payload - 1024);
      await client.query(DONE, [facts.at(-1)!.position]);
      return 0;
    } catch (error) {
      await close();
      throw error;
    }
  };
  const worker = elected({
    url,
    name: 'publisher',
    channel: 'event_log',
    prepare,
    log,
    work,
    pollMs: IDLE_MS,
  });

  return {
    get stream() {
      return stream;
    },
    stop: async () => {
      await worker.stop();
      await close();
    },
  };
}
