import type { Actor } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import {
  Direction,
  type OrderKey,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import { rows } from '@deskgraph/common/database/query';
import { eventFromRow } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { TicketEvent } from '../../history/event/event.ts';
import { visibleEventSql } from '../../history/event/visibility.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { type Notification, type NotificationRow, notificationFromRow } from './notification.ts';

export interface NotificationQuery extends PageRequest {
  unreadOnly?: boolean | null | undefined;
}

const NEWEST_FIRST: OrderKey[] = [
  { by: sql`n.at`, type: 'timestamptz', direction: Direction.DESC },
  { by: sql`n.id`, type: 'uuid', direction: Direction.DESC },
];

const NOTIFICATION_WITH_TICKET = sql`notification n join ticket t on t.id = n.ticket_id`;

/** The actor's notifications of tickets that the actor may see now; on `n` and `t`. */
const visibleNotificationSql = (actor: Actor): Condition =>
  sql`n.workspace_id = ${actor.workspace}::uuid and n.person_id = ${actor.id}
    and ${visibleTicketSql(actor)}`;

const unreadNotificationSql = (actor: Actor): Condition =>
  sql`${visibleNotificationSql(actor)} and n.read_at is null`;

/** A page of the caller's notifications, newest first. */
export async function findNotifications(
  ctx: Context,
  { unreadOnly, ...request }: NotificationQuery,
): Promise<Page<Notification>> {
  const page = keysetPage(request, NEWEST_FIRST);
  const condition = unreadOnly
    ? unreadNotificationSql(ctx.actor)
    : visibleNotificationSql(ctx.actor);
  const pageRows = await rows(
    ctx,
    sql<NotificationRow>`
      select n.*, ${page.keys} from ${NOTIFICATION_WITH_TICKET}
      where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}`,
  );
  return page.page(pageRows, pageRows.map(notificationFromRow), () =>
    countNotifications(ctx, condition),
  );
}

/** The number of the caller's unread notifications. */
export const countUnreadNotifications = (ctx: Context): Promise<number> =>
  countNotifications(ctx, unreadNotificationSql(ctx.actor));

async function countNotifications(ctx: Context, condition: Condition): Promise<number> {
  const [row] = await rows(
    ctx,
    sql<{ count: number }>`
      select count(*)::integer as count from ${NOTIFICATION_WITH_TICKET} where ${condition}`,
  );
  return row!.count;
}

/** The event of a notification; null when the caller may not see it. */
export const notificationEvent = async (
  ctx: Context,
  { position, event }: Notification,
): Promise<TicketEvent | null> =>
  event ??
  ctx.load.byKey<TicketEvent | null>(
    'events by position',
    String(position),
    async (positions) => {
      const eventRows = await rows(
        ctx,
        sql<Record<string, unknown>>`
          select * from event_log e
          where e.position = any(${positions}::bigint[])
            and e.workspace_id = ${ctx.workspace}::uuid and ${visibleEventSql(ctx.actor)}`,
      );
      return new Map(
        eventRows.map((row) => [String(row['position']), new TicketEvent(eventFromRow(row))]),
      );
    },
    null,
  );
