import { type EntityManager, hydrate, sql } from '@deskgraph/common/database/database';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { toId } from '@deskgraph/common/core/id';
import { listenToChannel } from '@deskgraph/common/jobs/pg-notify';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { Ticket } from '../../model/ticket/ticket.ts';
import { rightsFieldsOf } from '../../model/rights/visible.ts';
import { type PresenceClock, presenceClockOf } from './clock.ts';
import { PRESENCE_COLUMNS, presenceFromRow } from './queries.ts';
import { TicketPresence } from './ticket-presence.ts';
import { PRESENCE_TTL_SECONDS } from './set-presence.ts';
import { PRESENCE_CHANNEL, presenceKey } from './channel.ts';

const RETRY_MS = 1_000;

/**
 * The tickets whose presence is subscribed in this process. A ticket is read when a process
 * announces a change, when a presence expires, and periodically in case a notification was lost:
 * once for all of its listeners, and together with other due tickets of the workspace.
 */
export class PresenceStore {
  readonly #service: Service;
  readonly #tickets = new Map<string, TicketPresence>();
  readonly #due = new Set<TicketPresence>();
  #reading: Promise<void> | undefined;
  #stopListening: (() => Promise<void>) | undefined;
  #stopLooking = (): void => {};
  #isStopped = false;

  constructor(service: Service) {
    this.#service = service;
  }

  /** Subscribes to a ticket. The caller has to leave it again. */
  enter(workspace: string, ticket: string): TicketPresence {
    this.#stopListening ??= this.#begin();
    const word = presenceKey(workspace, ticket);
    const known = this.#tickets.get(word);
    const watched = known ?? new TicketPresence(workspace, ticket);
    watched.listeners += 1;
    if (known) return watched;
    this.#tickets.set(word, watched);
    this.#read(watched);
    void this.#follow(watched);
    return watched;
  }

  leave(watched: TicketPresence): void {
    watched.listeners -= 1;
    if (watched.listeners) return;
    watched.close();
    this.#tickets.delete(presenceKey(watched.workspace, watched.ticket));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopLooking();
    await this.#stopListening?.();
    await this.#reading;
    for (const watched of this.#tickets.values()) watched.close();
  }

  get #clock(): PresenceClock {
    return presenceClockOf(this.#service.orm);
  }

  #begin(): () => Promise<void> {
    const { config, log } = this.#service;
    const look = (): void => {
      this.#heard(undefined);
      this.#stopLooking = this.#clock.after(PRESENCE_TTL_SECONDS * 1_000, look);
    };
    this.#stopLooking = this.#clock.after(PRESENCE_TTL_SECONDS * 1_000, look);
    return listenToChannel({
      url: config.DATABASE_URL,
      channel: PRESENCE_CHANNEL,
      log,
      onNotify: (word) => this.#heard(word),
    });
  }

  #heard(word: string | undefined): void {
    const tickets = word === undefined ? this.#tickets.values() : [this.#tickets.get(word)];
    for (const ticket of tickets) if (ticket) this.#read(ticket);
  }

  /** An assignment can hide a ticket from a listener, although presence does not change. */
  async #follow(watched: TicketPresence): Promise<void> {
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

  #read(watched: TicketPresence): void {
    if (!watched.listeners) return;
    this.#due.add(watched);
    this.#reading ??= this.#readAll();
  }

  async #readAll(): Promise<void> {
    while (this.#due.size && !this.#isStopped) {
      // Tickets announced together are read together.
      await new Promise(setImmediate);
      const tickets = [...this.#due];
      this.#due.clear();
      const groups = Map.groupBy(tickets, ({ workspace }) => workspace);
      await Promise.all([...groups.values()].map((group) => this.#readGroup(group)));
    }
    this.#reading = undefined;
  }

  async #readGroup(group: TicketPresence[]): Promise<void> {
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

  #fill(watched: TicketPresence, rows: Record<string, unknown>[]): void {
    if (!watched.listeners) return;
    const [first] = rows;
    const there = rows.filter((row) => row['actor_id'] !== null);
    watched.set({
      ticket: first && rightsFieldsOf(hydrate(this.#service.orm, Ticket, [first])[0]!),
      viewers: there.map(presenceFromRow),
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
          select t.*, ${PRESENCE_COLUMNS}, ceil(extract(epoch from p.until - ${now}) * 1000)::integer as left_ms
          from ticket t left join presence p on p.workspace_id = t.workspace_id and p.ticket_id = t.id and p.until > ${now}
          where t.workspace_id = ${workspace}::uuid and t.id = any(${tickets}::uuid[]) order by p.since, p.actor_id`.execute(
          (inside as EntityManager).getKysely(),
        ),
      { readOnly: true },
    );
    return Map.groupBy(rows, (row) => row['id'] as string);
  }
}

const known = new WeakMap<object, PresenceStore>();

/** Starts it; returns a function that stops it. */
export function openPresenceStore(service: Service): () => Promise<void> {
  const watch = new PresenceStore(service);
  known.set(service.orm, watch);
  return () => watch.stop();
}

export function presenceStoreOf(orm: object): PresenceStore {
  const watch = known.get(orm);
  if (!watch) throw new Error('Nobody watches presence here.');
  return watch;
}
