import { type Actor, Role } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
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
export const visibleMessageSql = (actor: Actor): Condition =>
  actor.role === Role.REQUESTER ? sql`m.visibility = 'PUBLIC'` : sql`true`;

/** The same rule for a message at hand. */
export const isMessageVisible = (actor: Actor, { visibility }: Message): boolean =>
  actor.role !== Role.REQUESTER || visibility === MessageVisibility.PUBLIC;

const listOf = (ctx: Context, { visibility }: MessageQuery): NestedList<Message> => ({
  Entity: Message,
  name: `messages ${visibility ?? ''}`,
  prefix: 'tkt',
  columns: sql`m.*`,
  from: sql`message m`,
  belongsTo: sql`m.ticket_id = owner.id`,
  where: visibility
    ? sql`${visibleMessageSql(ctx.actor)} and m.visibility = ${visibility}`
    : visibleMessageSql(ctx.actor),
  order: ORDER,
});

/** A ticket's messages, oldest first. */
export const findMessages = (
  ctx: Context,
  ticketId: string,
  query: MessageQuery,
): Promise<Page<Message>> => nestedPage(ctx, listOf(ctx, query), ticketId, query);

/** One message by id, of a ticket that the caller may see. */
export const messageById = (ctx: Context, id: string): Promise<Message | null> =>
  ctx.load.byId('message', id, async (ids) => {
    const em = await ctx.read();
    const { rows } = await sql`
      select m.* from message m join ticket t on t.id = m.ticket_id
      where m.id = any(${uuidArray('msg', ids)}) and ${visibleMessageSql(ctx.actor)} and ${ticketVisible(ctx.actor)}`.execute(
      em.getKysely(),
    );
    return hydrate(ctx.orm, Message, rows);
  });
