import { type Actor, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import {
  Direction,
  type OrderKey,
  type Page,
  type PageRequest,
} from '@deskgraph/common/database/pagination';
import { entities, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { visibleTicketSql } from '../rights/visible.ts';
import { Message, MessageVisibility } from './message.ts';

export interface MessageQuery extends PageRequest {
  visibility?: MessageVisibility | null | undefined;
}

const OLDEST_FIRST: OrderKey[] = [
  { by: sql`m.created_at`, type: 'timestamptz', direction: Direction.ASC },
  { by: sql`m.id`, type: 'uuid', direction: Direction.ASC },
];

/**
 * The messages `m` that the actor may see of a ticket that they see: all for staff and apps, the
 * public ones for requesters.
 */
export const visibleMessageSql = (actor: Actor): Condition =>
  actor.role === Role.REQUESTER ? sql`m.visibility = 'PUBLIC'` : sql`true`;

/** `visibleMessageSql` for a message in memory. */
export const isMessageVisible = (actor: Actor, { visibility }: Message): boolean =>
  actor.role !== Role.REQUESTER || visibility === MessageVisibility.PUBLIC;

const messageList = (ctx: Context, { visibility }: MessageQuery): NestedList<Message> => ({
  Entity: Message,
  name: `messages ${visibility ?? ''}`,
  prefix: 'tkt',
  columns: sql`m.*`,
  from: sql`message m`,
  belongsTo: sql`m.ticket_id = owner.id`,
  where: visibility
    ? sql`${visibleMessageSql(ctx.actor)} and m.visibility = ${visibility}`
    : visibleMessageSql(ctx.actor),
  order: OLDEST_FIRST,
});

/** The messages of a ticket, oldest first. */
export const findMessages = (
  ctx: Context,
  ticketId: string,
  query: MessageQuery,
): Promise<Page<Message>> => nestedPage(ctx, messageList(ctx, query), ticketId, query);

/** One message by id, of a ticket that the caller may see. */
export const messageById = (ctx: Context, id: string): Promise<Message | null> =>
  ctx.load.byId('message', id, (messageIds) =>
    entities(
      ctx,
      Message,
      sql`
        select m.* from message m join ticket t on t.id = m.ticket_id
        where m.id = any(${ids('msg', messageIds)})
          and ${visibleMessageSql(ctx.actor)} and ${visibleTicketSql(ctx.actor)}`,
    ),
  );
