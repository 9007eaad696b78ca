import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Client } from 'pg';
import { type Fact, factOf } from './events.ts';
import type { Log } from './log.ts';
import { connectTo, ensureStream } from './nats.ts';
import type { Relay } from './relay.ts';

const PAGE = 200;
const IDLE_MS = 1_000;
const RETRY_MS = 500;
/** Held by the process that publishes; the lock dies with its session. */
const LOCK = `hashtext('deskgraph publisher')`;
/** Of the log in its own `feed_position`: how far it is published. Who has never published begins with what comes next. */
const BEGIN = `insert into feed_position (source, position) select 'nats', head from relay_state on conflict do nothing`;
const NEXT = `select * from event_log where position > (select position from feed_position where source = 'nats') order by position limit ${PAGE}`;
const DONE = `update feed_position set position = $1 where source = 'nats'`;
/** A copy of a database is another log, and must never be taken for this one. */
const IDENTITY = `
  select to_hex(system_identifier) || to_hex(oid::bigint) as log from pg_control_system(), pg_database where datname = current_database()`;

export interface PublishOptions {
  /** Address of the NATS server. */
  nats: string;
  /** Name of the service, and its database. */
  service: string;
  url: string;
  relay: Relay;
  log: Log;
}

export interface Publisher {
  /** Where the facts are published; unknown until the server was reached. */
  readonly stream: string | undefined;
  stop(): Promise<void>;
}

/**
 * Publishes the log to NATS JetStream, fact by fact in its order, and notes down how far it has come. What is published twice, because it
 * ended in between, has the same id and is kept once. Every process runs one; an advisory lock elects the one that works.
 */
export function startPublisher({ nats, service, url, relay, log }: PublishOptions): Publisher {
  let stopped = false;
  let stream: string | undefined;
  let database: Client | undefined;
  let bus: NatsConnection | undefined;
  let leads = false;

  const openDatabase = async (): Promise<Client> => {
    const client = new Client({ connectionString: url, application_name: 'deskgraph publisher', keepAlive: true });
    client.on('error', (error) => log.warn({ err: error }, 'publisher lost its connection'));
    await client.connect();
    await client.query(`set desk.workspace = '*'`);
    const { rows } = await client.query<{ log: string }>(IDENTITY);
    stream = `deskgraph-${service}-${rows[0]!.log}`;
    return client;
  };

  const publish = async (facts: readonly Fact[], js: JetStreamClient, limit: number): Promise<void> => {
    await Promise.all(
      facts.map(async (fact) => {
        const text = JSON.stringify(fact);
        if (Buffer.byteLength(text) > limit)
          log.warn({ position: fact.position }, 'a fact is too large to be published; followers fetch it');
        else await js.publish(`${stream}.${fact.workspace}.${fact.type}`, text, { msgID: fact.id });
      }),
    );
  };

  const round = async (): Promise<void> => {
    database ??= await openDatabase();
    leads ||= (await database.query<{ got: boolean }>(`select pg_try_advisory_lock(${LOCK}) as got`)).rows[0]!.got;
    if (!leads) return relay.grown(IDLE_MS);
    if (!bus) {
      bus = await connectTo(nats, `${service} publisher`);
      await ensureStream(await jetstreamManager(bus), stream!);
      await database.query(BEGIN);
    }
    const grown = relay.grown(IDLE_MS);
    const { rows } = await database.query<Record<string, unknown>>({ name: 'next', text: NEXT });
    if (!rows.length) return grown;
    const facts = rows.map(factOf);
    await publish(facts, jetstream(bus), bus.info!.max_payload - 1024);
    await database.query(DONE, [facts.at(-1)!.position]);
  };

  const close = async (): Promise<void> => {
    leads = false;
    await Promise.allSettled([database?.end(), bus?.close()]);
    database = bus = undefined;
  };

  const work = async (): Promise<void> => {
    let failures = 0;
    while (!stopped)
      try {
        await round();
        failures = 0;
      } catch (error) {
        if (!stopped && failures++ % 20 === 0) log.warn({ err: error }, 'publisher waits for its server');
        await close();
        await sleep(RETRY_MS);
      }
    await close();
  };
  const running = work();

  return {
    get stream() {
      return stream;
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
