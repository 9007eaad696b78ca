import { type EntityManager, hydrate, sql } from '@deskgraph/common/database/database';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { toId } from '@deskgraph/common/core/id';
import { listenToChannel } from '@deskgraph/common/jobs/pg-notify';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { Ticket } from '../../model/ticket/ticket.ts';
import { rightsFieldsOf } from '../../model/rights/visible.ts';
import { type Clock, clockOf } from './clock.ts';
import { COLUMNS, presenceOf } from './find.ts';
import { WatchedTicket } from './watched-ticket.ts';
import { LASTS_SECONDS } from './set.ts';
import { CHANNEL, wordOf } from './channel.ts';

const RETRY_MS = 1_000;

/**
 * The tickets whose presence somebody follows in this process. Each is read when a process says that it has changed, when somebody’s time is up,
 * and once in a while in case a word was lost; for all its listeners at once, and with all others of its workspace that are due.
 */
export class Watch {
  readonly #service: Service;
  readonly #tickets = new Map<string, WatchedTicket>();
  readonly #due = new Set<WatchedTicket>();
  #reading: Promise<void> | undefined;
  #stopListening: (() => Promise<void>) | undefined;
  #stopLooking = (): void => {};
  #isStopped = false;

  constructor(service: Service) {
    this.#service = service;
  }

  /** A ticket to listen to; to be left again. */
  enter(workspace: string, ticket: string): WatchedTicket {
    this.#stopListening ??= this.#begin();
    const word = wordOf(workspace, ticket);
    const known = this.#tickets.get(word);
    const watched = known ?? new WatchedTicket(workspace, ticket);
    watched.listeners += 1;
    if (known) return watched;
    this.#tickets.set(word, watched);
    this.#read(watched);
    void this.#follow(watched);
    return watched;
  }

  leave(watched: WatchedTicket): void {
    watched.listeners -= 1;
    if (watched.listeners) return;
    watched.close();
    this.#tickets.delete(wordOf(watched.workspace, watched.ticket));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopLooking();
    await this.#stopListening?.();
    await this.#reading;
    for (const watched of this.#tickets.values()) watched.close();
  }

  get #clock(): Clock {
    return clockOf(this.#service.orm);
  }

  #begin(): () => Promise<void> {
    const { config, log } = this.#service;
    const look = (): void => {
      this.#heard(undefined);
      this.#stopLooking = this.#clock.after(LASTS_SECONDS * 1_000, look);
    };
    this.#stopLooking = this.#clock.after(LASTS_SECONDS * 1_000, look);
    return listenToChannel({
      url: config.DATABASE_URL,
      channel: CHANNEL,
      log,
      onNotify: (word) => this.#heard(word),
    });
  }

  #heard(word: string | undefined): void {
    const tickets = word === undefined ? this.#tickets.values() : [this.#tickets.get(word)];
    for (const ticket of tickets) if (ticket) this.#read(ticket);
  }

  /** A ticket that is handed over can go out of somebody’s sight, though nobody comes or leaves. */
  async #follow(watched: WatchedTicket): Promise<void> {
    const { tail, log } = this.#service;
    const { workspace, ticket, life } = watched;
    const subject = toId('tkt', ticket);
    const concerns = (fact: DomainEvent): boolean =>
      fact.subject === subject &&
      watched.isMoved((fact as unknown as DomainEvent<LoggedTicketData>).data.state);
    try {
      for await (const { events: facts } of tail.follow({
        workspace,
        from: await tail.startPosition(),
        signal: life.signal,
        isRelevant: concerns,
      }))
        if (facts.length) this.#read(watched);
    } catch (error) {
      log.warn({ err: error }, 'it is noticed late when a ticket is handed over');
    }
  }

  #read(watched: WatchedTicket): void {
    if (!watched.listeners) return;
    this.#due.add(watched);
    this.#reading ??= this.#readAll();
  }

  async #readAll(): Promise<void> {
    while (this.#due.size && !this.#isStopped) {
      // What is told in one breath is read at once.
      await new Promise(setImmediate);
      const tickets = [...this.#due];
      this.#due.clear();
      const groups = Map.groupBy(tickets, ({ workspace }) => workspace);
      await Promise.all([...groups.values()].map((group) => this.#readGroup(group)));
    }
    this.#reading = undefined;
  }

  async #readGroup(group: WatchedTicket[]): Promise<void> {
    try {
      const found = await this.#select(
        group[0]!.workspace,
        group.map(({ ticket }) => ticket),
      );
      for (const watched of group) this.#fill(watched, found.get(watched.ticket) ?? []);
    } catch (error) {
      this.#service.log.warn({ err: error }, 'presence can’t be read now');
      for (const watched of group)
        if (watched.listeners) watched.later(this.#clock, RETRY_MS, () => this.#read(watched));
    }
  }

  #fill(watched: WatchedTicket, rows: Record<string, unknown>[]): void {
    if (!watched.listeners) return;
    const [first] = rows;
    const there = rows.filter((row) => row['actor_id'] !== null);
    watched.set({
      ticket: first && rightsFieldsOf(hydrate(this.#service.orm, Ticket, [first])[0]!),
      viewers: there.map(presenceOf),
    });
    const left = Math.min(...there.map((row) => row['left_ms'] as number));
    if (Number.isFinite(left)) watched.later(this.#clock, left, () => this.#read(watched));
    else watched.callOff();
  }

  async #select(
    workspace: string,
    tickets: string[],
  ): Promise<Map<string, Record<string, unknown>[]>> {
    const em = this.#service.orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': workspace } });
    const now = this.#clock.now();
    const { rows } = await em.transactional(
      (inside) =>
        sql<Record<string, unknown>>`
          select t.*, ${COLUMNS}, ceil(extract(epoch from p.until - ${now}) * 1000)::integer as left_ms
          from ticket t left join presence p on p.workspace_id = t.workspace_id and p.ticket_id = t.id and p.until > ${now}
          where t.workspace_id = ${workspace}::uuid and t.id = any(${tickets}::uuid[]) order by p.since, p.actor_id`.execute(
          (inside as EntityManager).getKysely(),
        ),
      { readOnly: true },
    );
    return Map.groupBy(rows, (row) => row['id'] as string);
  }
}

const known = new WeakMap<object, Watch>();

/** For as long as the service runs. */
export function openWatch(service: Service): () => Promise<void> {
  const watch = new Watch(service);
  known.set(service.orm, watch);
  return () => watch.stop();
}

export function watchOf(orm: object): Watch {
  const watch = known.get(orm);
  if (!watch) throw new Error('Nobody watches presence here.');
  return watch;
}
