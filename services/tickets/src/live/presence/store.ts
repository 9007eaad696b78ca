import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { toId } from '@deskgraph/common/core/id';
import { inWorkspace } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { NotifyHub } from '@deskgraph/common/jobs/pg-notify';
import type { Service } from '@deskgraph/common/service/subgraph';
import { rightsFieldsOf } from '../../model/rights/visible.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { type PresenceClock, presenceClockOf } from './clock.ts';
import { PRESENCE_CHANNEL, PRESENCE_TTL_SECONDS, presenceKey } from './presence.ts';
import { PRESENCE_COLUMNS, presenceFromRow } from './queries.ts';
import { TicketPresence } from './ticket-presence.ts';

const RETRY_MS = 1_000;
/** All tickets are read again after this time, in case a notification was lost. */
const POLL_MS = PRESENCE_TTL_SECONDS * 1_000;

type PresenceRow = Record<string, unknown>;

/**
 * The presence on the tickets that have subscribers in this process. A ticket is read after a
 * notification of a change, when a presence expires, and periodically: once for all of its
 * subscribers, and together with the other tickets of its workspace that are to be read.
 */
export class PresenceStore {
  readonly #service: Service;
  readonly #notifyHub: NotifyHub;
  readonly #tickets = new Map<string, TicketPresence>();
  readonly #toRead = new Set<TicketPresence>();
  #reading: Promise<void> | undefined;
  #cancelPoll: (() => void) | undefined;
  #isStopped = false;

  constructor(service: Service) {
    this.#service = service;
    const { config, log } = service;
    this.#notifyHub = new NotifyHub({ url: config.DATABASE_URL, channel: PRESENCE_CHANNEL, log });
  }

  /** Adds a subscriber to a ticket, who has to call `unsubscribe` at the end. */
  subscribe(workspace: string, ticketUuid: string): TicketPresence {
    if (!this.#cancelPoll) this.#pollLater();
    const key = presenceKey(workspace, ticketUuid);
    const existing = this.#tickets.get(key);
    const presence = existing ?? new TicketPresence(workspace, ticketUuid);
    presence.subscriberCount += 1;
    if (existing) return presence;
    this.#tickets.set(key, presence);
    const unsubscribe = this.#notifyHub.subscribe(key, () => this.#readSoon(presence));
    presence.signal.addEventListener('abort', unsubscribe, { once: true });
    this.#readSoon(presence);
    void this.#followEvents(presence);
    return presence;
  }

  unsubscribe(presence: TicketPresence): void {
    presence.subscriberCount -= 1;
    if (presence.subscriberCount) return;
    presence.end();
    this.#tickets.delete(presenceKey(presence.workspace, presence.ticketUuid));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelPoll?.();
    await this.#notifyHub.stop();
    await this.#reading;
    for (const presence of this.#tickets.values()) presence.end();
  }

  get #clock(): PresenceClock {
    return presenceClockOf(this.#service.orm);
  }

  #pollLater(): void {
    this.#cancelPoll = this.#clock.after(POLL_MS, () => {
      for (const presence of this.#tickets.values()) this.#readSoon(presence);
      this.#pollLater();
    });
  }

  /** A reassigned ticket can become invisible to a subscriber, although no presence changes. */
  async #followEvents(presence: TicketPresence): Promise<void> {
    const { tail, log } = this.#service;
    const { workspace, ticketUuid, signal } = presence;
    const subject = toId('tkt', ticketUuid);
    const isRelevant = (event: DomainEvent): boolean =>
      event.subject === subject &&
      presence.changesRights((event as unknown as DomainEvent<LoggedTicketData>).data.state);
    try {
      const from = await tail.startPosition();
      for await (const { events } of tail.follow({ workspace, from, signal, isRelevant }))
        if (events.length) this.#readSoon(presence);
    } catch (error) {
      log.warn(
        { err: error },
        'presence: event subscription failed, reassignment may be seen late',
      );
    }
  }

  #readSoon(presence: TicketPresence): void {
    if (!presence.subscriberCount) return;
    this.#toRead.add(presence);
    this.#reading ??= this.#readAll();
  }

  async #readAll(): Promise<void> {
    while (this.#toRead.size && !this.#isStopped) {
      // Collects the tickets whose notifications arrive together, to read them with one query.
      await new Promise(setImmediate);
      const presences = [...this.#toRead];
      this.#toRead.clear();
      const byWorkspace = Map.groupBy(presences, ({ workspace }) => workspace);
      await Promise.all(
        Array.from(byWorkspace, ([workspace, group]) => this.#readGroup(workspace, group)),
      );
    }
    this.#reading = undefined;
  }

  async #readGroup(workspace: string, group: readonly TicketPresence[]): Promise<void> {
    try {
      const ticketUuids = group.map(({ ticketUuid }) => ticketUuid);
      const rows = await this.#select(workspace, ticketUuids);
      for (const presence of group) this.#update(presence, rows.get(presence.ticketUuid) ?? []);
    } catch (error) {
      this.#service.log.warn({ err: error }, 'presence: read failed, retrying');
      for (const presence of group)
        if (presence.subscriberCount)
          presence.setTimer(this.#clock, RETRY_MS, () => this.#readSoon(presence));
    }
  }

  #update(presence: TicketPresence, rows: readonly PresenceRow[]): void {
    if (!presence.subscriberCount) return;
    const [ticketRow] = rows;
    const viewerRows = rows.filter((row) => row['actor_id'] !== null);
    presence.setState({
      ticket: ticketRow && rightsFieldsOf(hydrate(this.#service.orm, Ticket, [ticketRow])[0]!),
      viewers: viewerRows.map(presenceFromRow),
    });
    const expiresInMs = Math.min(...viewerRows.map((row) => row['expires_in_ms'] as number));
    if (Number.isFinite(expiresInMs))
      presence.setTimer(this.#clock, expiresInMs, () => this.#readSoon(presence));
    else presence.cancelTimer();
  }

  /** By ticket, one row for each viewer; one row without a viewer when a ticket has none. */
  async #select(
    workspace: string,
    ticketUuids: readonly string[],
  ): Promise<Map<string, PresenceRow[]>> {
    const now = this.#clock.now();
    const query = sql<PresenceRow>`
      select t.*, ${PRESENCE_COLUMNS},
        ceil(extract(epoch from p.until - ${now}) * 1000)::integer as expires_in_ms
      from ticket t left join presence p
        on p.workspace_id = t.workspace_id and p.ticket_id = t.id and p.until > ${now}
      where t.workspace_id = ${workspace}::uuid and t.id = any(${ticketUuids}::uuid[])
      order by p.since, p.actor_id`;
    const { rows } = await inWorkspace(
      this.#service.orm,
      workspace,
      (em) => query.execute(em.getKysely()),
      { readOnly: true },
    );
    return Map.groupBy(rows, (row) => row['id'] as string);
  }
}

const stores = new WeakMap<object, PresenceStore>();

/** Opens the presence of the service to its subscribers. Returns the function that stops it. */
export function openPresenceStore(service: Service): () => Promise<void> {
  const store = new PresenceStore(service);
  stores.set(service.orm, store);
  return () => store.stop();
}

export function presenceStoreOf(orm: object): PresenceStore {
  const store = stores.get(orm);
  if (!store) throw new Error('The presence store is not open for this database.');
  return store;
}
