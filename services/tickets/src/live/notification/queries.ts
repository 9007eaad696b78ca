import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { eventFromRow } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  Direction,
  type OrderKey,
  type Page,
  type PageRequest,
  keysetPage,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { TicketEvent } from '../../history/event/event.ts';
import { visibleEventSql as factVisible } from '../../history/event/visibility.ts';
import { visibleTicketSql as ticketVisible } from '../../model/rights/visible.ts';
import { type Notification, type NotificationRow, notificationFromRow } from './notification.ts';

export interface NotificationQuery extends PageRequest {
  unreadOnly?: boolean | null | undefined;
}

const ORDER: OrderKey[] = [
  { by: sql`n.at`, type: 'timestamptz', direction: Direction.DESC },
  { by: sql`n.id`, type: 'uuid', direction: Direction.DESC },
];

/** The notifications of the caller whose tickets they may still see, as a condition on `n` and `t`. */
const own = (actor: Actor): Condition =>
  sql`n.workspace_id = ${actor.workspace}::uuid and n.person_id = ${actor.id} and ${ticketVisible(actor)}`;
const FROM = sql`notification n join ticket t on t.id = n.ticket_id`;

/** A page of the caller's notifications, newest first. */
export async function findNotifications(
  ctx: Context,
  { unreadOnly, ...request }: NotificationQuery,
): Promise<Page<Notification>> {
  const page = keysetPage(request, ORDER);
  const condition: Condition = unreadOnly
    ? sql`${own(ctx.actor)} and n.read_at is null`
    : own(ctx.actor);
  const em = await ctx.read();
  const { rows } = await sql<NotificationRow>`
    select n.*, ${page.keys} from ${FROM} where ${condition} and ${page.where} order by ${page.order} limit ${page.limit}`.execute(
    em.getKysely(),
  );
  return page.page(rows, rows.map(notificationFromRow), () => count(ctx, condition));
}

/** The number of the caller's unread notifications. */
export const countUnreadNotifications = (ctx: Context): Promise<number> =>
  count(ctx, sql`${own(ctx.actor)} and n.read_at is null`);

async function count(ctx: Context, condition: Condition): Promise<number> {
  const em = await ctx.read();
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::integer as count from ${FROM} where ${condition}`.execute(em.getKysely());
  return rows[0]!.count;
}

/** The event of a notification. */
export const notificationEvent = async (
  ctx: Context,
  { position, event }: Notification,
): Promise<TicketEvent | null> =>
  event ??
  ctx.load.byKey<TicketEvent | null>(
    'facts by position',
    String(position),
    async (positions) => {
      const em = await ctx.read();
      const { rows } = await sql<Record<string, unknown>>`
        select * from event_log e
        where e.position = any(${positions}::bigint[]) and e.workspace_id = ${ctx.workspace}::uuid and ${factVisible(ctx.actor)}`.execute(
        em.getKysely(),
      );
      return new Map(
        rows.map((row) => [String(row['position']), new TicketEvent(eventFromRow(row))]),
      );
    },
    null,
  );
