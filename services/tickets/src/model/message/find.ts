import { type Actor, Role } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { type Owned, pageOf } from '@deskgraph/common/database/nested-connection';
import {
  Direction,
  type OrderKey,
  type Page,
  type PageRequest,
} from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { visibleTicketSql as ticketVisible } from '../rights/visible.ts';
import { Message, MessageVisibility } from './message.ts';

export interface MessageQuery extends PageRequest {
  visibility?: MessageVisibility | null | undefined;
}

const ORDER: OrderKey[] = [
  { by: sql`m.created_at`, type: 'timestamptz', direction: Direction.ASC },
  { by: sql`m.id`, type: 'uuid', direction: Direction.ASC },
];

/** Of a ticket that the actor sees: everything for staff, what was said in public for requesters. Given as a condition on `m`. */
export const visible = (actor: Actor): Condition =>
  actor.role === Role.REQUESTER ? sql`m.visibility = 'PUBLIC'` : sql`true`;

/** The same rule for a message at hand. */
export const isVisible = (actor: Actor, { visibility }: Message): boolean =>
  actor.role !== Role.REQUESTER || visibility === MessageVisibility.PUBLIC;

const listOf = (ctx: Context, { visibility }: MessageQuery): Owned<Message> => ({
  Thing: Message,
  name: `messages ${visibility ?? ''}`,
  prefix: 'tkt',
  columns: sql`m.*`,
  from: sql`message m`,
  of: sql`m.ticket_id = owner.id`,
  where: visibility
    ? sql`${visible(ctx.actor)} and m.visibility = ${visibility}`
    : visible(ctx.actor),
  order: ORDER,
});

/** A ticket's messages, oldest first. */
export const findOf = (
  ctx: Context,
  ticketId: string,
  query: MessageQuery,
): Promise<Page<Message>> => pageOf(ctx, listOf(ctx, query), ticketId, query);

/** One message by id, of a ticket that the caller may see. */
export const byId = (ctx: Context, id: string): Promise<Message | null> =>
  ctx.load.byId('message', id, async (ids) => {
    const em = await ctx.read();
    const { rows } = await sql`
      select m.* from message m join ticket t on t.id = m.ticket_id
      where m.id = any(${uuids('msg', ids)}) and ${visible(ctx.actor)} and ${ticketVisible(ctx.actor)}`.execute(
      em.getKysely(),
    );
    return hydrate(ctx.orm, Message, rows);
  });
