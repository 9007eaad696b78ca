import { type EntityManager, hydrate, sql } from '@deskgraph/common/database/database';
import { listenToChannel } from '@deskgraph/common/jobs/pg-notify';
import type { Service } from '@deskgraph/common/service/subgraph';
import { Ticket } from '../../model/ticket/ticket.ts';
import { type Notification, type NotificationRow, notificationFromRow } from './notification.ts';
import { NOTIFICATION_CHANNEL, notificationKey } from './channel.ts';

/** The maximum number of notifications read per person at once. */
const PAGE = 100;

/** A notification with its ticket, which the reader may no longer see and which may be deleted. */
export interface NotificationEntry {
  notification: Notification;
  ticket: Ticket | undefined;
}

interface Asked {
  person: string;
  after: number;
  answer: (told: NotificationEntry[]) => void;
  fail: (error: unknown) => void;
}

/** Wakes the subscribers of this process, and reads new notifications for all woken subscribers in one batch. */
export class NotificationHub {
  readonly #service: Service;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #asked = new Map<string, Asked[]>();
  #stopListening: (() => Promise<void>) | undefined;

  constructor(service: Service) {
    this.#service = service;
  }

  /** Resolves when a person may have a new notification, or when the signal aborts. Call it before reading the existing ones. */
  wait(workspace: string, person: string, signal: AbortSignal): Promise<void> {
    const { config, log } = this.#service;
    this.#stopListening ??= listenToChannel({
      url: config.DATABASE_URL,
      channel: NOTIFICATION_CHANNEL,
      log,
      onNotify: (word) => this.#ring(word),
    });
    const word = notificationKey(workspace, person);
    const waiting = this.#waiting.get(word) ?? new Set();
    this.#waiting.set(word, waiting);
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (!waiting.size && this.#waiting.get(word) === waiting) this.#waiting.delete(word);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** The notifications of a person after a position of the log, in log order, with the current tickets. At most one page. */
  read(workspace: string, person: string, after: number): Promise<NotificationEntry[]> {
    return new Promise((answer, fail) => {
      const asked = this.#asked.get(workspace);
      if (asked) return void asked.push({ person, after, answer, fail });
      this.#asked.set(workspace, [{ person, after, answer, fail }]);
      setImmediate(() => void this.#readAll(workspace));
    });
  }

  async stop(): Promise<void> {
    await this.#stopListening?.();
    this.#ring(undefined);
  }

  #ring(word: string | undefined): void {
    const all =
      word === undefined
        ? [...this.#waiting.values()]
        : [this.#waiting.get(word) ?? new Set<() => void>()];
    for (const waiting of all) for (const wake of waiting) wake();
  }

  async #readAll(workspace: string): Promise<void> {
    const asked = this.#asked.get(workspace)!;
    this.#asked.delete(workspace);
    try {
      const found = await this.#select(workspace, asked);
      for (const [place, { answer }] of asked.entries()) answer(found.get(place) ?? []);
    } catch (error) {
      for (const { fail } of asked) fail(error);
    }
  }

  /** By the index of the reader. */
  async #select(
    workspace: string,
    asked: readonly Asked[],
  ): Promise<Map<number, NotificationEntry[]>> {
    const em = this.#service.orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': workspace } });
    const people = sql`unnest(${asked.map(({ person }) => person)}::text[], ${asked.map(({ after }) => after)}::bigint[])`;
    const read = async (inside: EntityManager): Promise<Map<number, NotificationEntry[]>> => {
      const db = inside.getKysely();
      const { rows } = await sql<NotificationRow & { place: number }>`
        select n.*, asked.place::integer - 1 as place from ${people} with ordinality as asked(person, after, place) cross join lateral (
          select * from notification n where n.workspace_id = ${workspace}::uuid and n.person_id = asked.person and n.position > asked.after
          order by n.position limit ${PAGE}
        ) n order by asked.place, n.position`.execute(db);
      if (!rows.length) return new Map();
      const ids = [...new Set(rows.map((row) => row.ticket_id))];
      const stored =
        await sql<object>`select * from ticket where workspace_id = ${workspace}::uuid and id = any(${ids}::uuid[])`.execute(
          db,
        );
      const tickets = new Map(
        hydrate(this.#service.orm, Ticket, stored.rows).map((ticket) => [ticket.id, ticket]),
      );
      const found = rows.map((row) => ({
        place: row.place,
        notification: notificationFromRow(row),
      }));
      return Map.groupBy(
        found.map(({ place, notification }) => ({
          place,
          notification,
          ticket: tickets.get(notification.ticketId),
        })),
        ({ place }) => place,
      );
    };
    return em.transactional((inside) => read(inside as EntityManager), { readOnly: true });
  }
}

const known = new WeakMap<object, NotificationHub>();

/** Starts it; returns a function that stops it. */
export function openNotificationHub(service: Service): () => Promise<void> {
  const bell = new NotificationHub(service);
  known.set(service.orm, bell);
  return () => bell.stop();
}

export const notificationHubOf = (orm: object): NotificationHub => known.get(orm)!;
