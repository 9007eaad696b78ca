import { inWorkspace } from '@deskgraph/common/database/context';
import {
  type EntityManager,
  type MikroORM,
  hydrate,
  sql,
} from '@deskgraph/common/database/database';
import { NotifyHub } from '@deskgraph/common/jobs/pg-notify';
import type { Service } from '@deskgraph/common/service/subgraph';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  NOTIFICATION_CHANNEL,
  type Notification,
  type NotificationRow,
  notificationFromRow,
  notificationKey,
} from './notification.ts';

/** The maximum number of notifications that are read for one person at once. */
const PAGE_SIZE = 100;

/**
 * A notification with its ticket, undefined when that is deleted. The reader may have lost the
 * right to see the ticket.
 */
export interface NotificationEntry {
  notification: Notification;
  ticket: Ticket | undefined;
}

interface ReadRequest {
  personId: string;
  after: number;
  resolve: (entries: NotificationEntry[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Wakes the subscribers of this process when they have new notifications, and reads these with one
 * query for all subscribers of a workspace that are woken together.
 */
export class NotificationHub {
  readonly #orm: MikroORM;
  readonly #notifyHub: NotifyHub;
  readonly #requestsByWorkspace = new Map<string, ReadRequest[]>();

  constructor({ orm, config, log }: Service) {
    this.#orm = orm;
    this.#notifyHub = new NotifyHub({
      url: config.DATABASE_URL,
      channel: NOTIFICATION_CHANNEL,
      log,
    });
  }

  /**
   * Resolves when the person may have a new notification, or when the signal aborts. Call it before
   * `read`, so that no notification is missed in between.
   */
  wait(workspace: string, personId: string, signal: AbortSignal): Promise<void> {
    return this.#notifyHub.wait(notificationKey(workspace, personId), { signal });
  }

  /**
   * The notifications of a person after a position of the event log, in log order, with the current
   * tickets. At most PAGE_SIZE.
   */
  read(workspace: string, personId: string, after: number): Promise<NotificationEntry[]> {
    return new Promise((resolve, reject) => {
      const request = { personId, after, resolve, reject };
      const requests = this.#requestsByWorkspace.get(workspace);
      if (requests) return void requests.push(request);
      this.#requestsByWorkspace.set(workspace, [request]);
      setImmediate(() => void this.#readForAll(workspace));
    });
  }

  stop(): Promise<void> {
    return this.#notifyHub.stop();
  }

  async #readForAll(workspace: string): Promise<void> {
    const requests = this.#requestsByWorkspace.get(workspace)!;
    this.#requestsByWorkspace.delete(workspace);
    try {
      const entries = await inWorkspace(
        this.#orm,
        workspace,
        (em) => this.#select(em, workspace, requests),
        { readOnly: true },
      );
      for (const [index, { resolve }] of requests.entries()) resolve(entries.get(index) ?? []);
    } catch (error) {
      for (const { reject } of requests) reject(error);
    }
  }

  /** The notifications by the index of their request. */
  async #select(
    em: EntityManager,
    workspace: string,
    requests: readonly ReadRequest[],
  ): Promise<Map<number, NotificationEntry[]>> {
    const db = em.getKysely();
    const personIds = requests.map(({ personId }) => personId);
    const positions = requests.map(({ after }) => after);
    const { rows } = await sql<NotificationRow & { request_index: number }>`
      select n.*, request.number::integer - 1 as request_index
      from unnest(${personIds}::text[], ${positions}::bigint[])
        with ordinality as request(person_id, after, number)
      cross join lateral (
        select * from notification n
        where n.workspace_id = ${workspace}::uuid and n.person_id = request.person_id
          and n.position > request.after
        order by n.position limit ${PAGE_SIZE}
      ) n order by request.number, n.position`.execute(db);
    if (!rows.length) return new Map();
    const ticketIds = [...new Set(rows.map((row) => row.ticket_id))];
    const { rows: ticketRows } = await sql<object>`
      select * from ticket
      where workspace_id = ${workspace}::uuid and id = any(${ticketIds}::uuid[])`.execute(db);
    const tickets = new Map(
      hydrate(this.#orm, Ticket, ticketRows).map((ticket) => [ticket.id, ticket]),
    );
    const entries = rows.map((row) => {
      const notification = notificationFromRow(row);
      const ticket = tickets.get(notification.ticketId);
      return { requestIndex: row.request_index, notification, ticket };
    });
    return Map.groupBy(entries, ({ requestIndex }) => requestIndex);
  }
}

const hubs = new WeakMap<object, NotificationHub>();

/**
 * Opens the notifications of the service to its subscribers. Returns the function that stops it.
 */
export function openNotificationHub(service: Service): () => Promise<void> {
  const hub = new NotificationHub(service);
  hubs.set(service.orm, hub);
  return () => hub.stop();
}

export function notificationHubOf(orm: object): NotificationHub {
  const hub = hubs.get(orm);
  if (!hub) throw new Error('The notification hub is not open for this database.');
  return hub;
}
