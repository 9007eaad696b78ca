import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Client } from 'pg';
import type { Log } from '../core/log.ts';
import { type LeaderTask, electLeader } from '../jobs/leader-election.ts';
import { eventFromRow } from './log.ts';
import { connectNats, ensureStream } from './nats-connection.ts';
import type { DomainEvent } from './types.ts';

const PAGE_SIZE = 200;
const IDLE_MS = 1_000;
/** Bytes left for the headers of a message. */
const HEADER_BYTES = 1024;

/** The position of the publisher is kept as source `nats`; a new publisher starts at the head. */
const INITIALIZE_POSITION = `
  insert into feed_position (source, position) select 'nats', head from relay_state
  on conflict do nothing`;
const NEXT_PAGE = `
  select * from event_log
  where position > (select position from feed_position where source = 'nats')
  order by position limit ${PAGE_SIZE}`;
const STORE_POSITION = `update feed_position set position = $1 where source = 'nats'`;
/** Identity of the database: a copy has its own log and must not publish to the same stream. */
const LOG_ID = `
  select to_hex(system_identifier) || to_hex(oid::bigint) as log
  from pg_control_system(), pg_database where datname = current_database()`;

export interface NatsPublisherOptions {
  /** Address of the NATS server. */
  nats: string;
  /** Name of the service, and its database. */
  service: string;
  url: string;
  log: Log;
}

export interface NatsPublisher {
  /** The stream that events are published to; unknown until the database was reached. */
  readonly stream: string | undefined;
  stop(): Promise<void>;
}

/**
 * Publishes the log to NATS JetStream in order and stores how far it has come. An event that is
 * published twice, because the process ended in between, has the same id and is stored once. Every
 * process runs a publisher; an elected one works.
 */
export const startNatsPublisher = (options: NatsPublisherOptions): NatsPublisher =>
  new JetStreamPublisher(options);

class JetStreamPublisher implements NatsPublisher {
  readonly #options: NatsPublisherOptions;
  readonly #leader: LeaderTask;
  #stream: string | undefined;
  #connection: NatsConnection | undefined;

  constructor(options: NatsPublisherOptions) {
    this.#options = options;
    this.#leader = electLeader({
      url: options.url,
      name: 'publisher',
      channel: 'event_log',
      prepare: (client) => this.#prepare(client),
      log: options.log,
      work: (client) => this.#publishPage(client),
      pollMs: IDLE_MS,
    });
  }

  get stream(): string | undefined {
    return this.#stream;
  }

  async stop(): Promise<void> {
    await this.#leader.stop();
    await this.#close();
  }

  async #prepare(client: Client): Promise<void> {
    await client.query(`set desk.workspace = '*'`);
    const { rows } = await client.query<{ log: string }>(LOG_ID);
    this.#stream = `deskgraph-${this.#options.service}-${rows[0]!.log}`;
  }

  async #publishPage(client: Client): Promise<number> {
    try {
      const connection = this.#connection ?? (await this.#connect(client));
      const { rows } = await client.query<Record<string, unknown>>({
        name: 'next',
        text: NEXT_PAGE,
      });
      if (!rows.length) return IDLE_MS;
      const events = rows.map(eventFromRow);
      const maxBytes = connection.info!.max_payload - HEADER_BYTES;
      const js = jetstream(connection);
      await Promise.all(events.map((event) => this.#publish(js, event, maxBytes)));
      await client.query(STORE_POSITION, [events.at(-1)!.position]);
      return 0;
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  async #publish(js: JetStreamClient, event: DomainEvent, maxBytes: number): Promise<void> {
    const text = JSON.stringify(event);
    if (Buffer.byteLength(text) > maxBytes)
      this.#options.log.warn(
        { position: event.position },
        'event too large for NATS, consumers read it over HTTP',
      );
    else
      await js.publish(`${this.#stream}.${event.workspace}.${event.type}`, text, {
        msgID: event.id,
      });
  }

  async #connect(client: Client): Promise<NatsConnection> {
    const { nats, service } = this.#options;
    this.#connection = await connectNats(nats, `${service} publisher`);
    await ensureStream(await jetstreamManager(this.#connection), this.#stream!);
    await client.query(INITIALIZE_POSITION);
    return this.#connection;
  }

  async #close(): Promise<void> {
    await this.#connection?.close().catch(() => {});
    this.#connection = undefined;
  }
}
