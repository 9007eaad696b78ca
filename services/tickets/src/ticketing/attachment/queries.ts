import type { Actor } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { entities, ids, rows } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { visibleMessageSql } from '../../model/message/queries.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { Attachment } from './attachment.ts';

/** How many files `Ticket.attachments` lists; `Message.attachments` lists all of a message. */
const MAX_FILES_OF_TICKET = 500;

/**
 * An attachment is visible with its message; before it has one, only to its uploader. A condition
 * on `a` (attachment), `m` (message) and `t` (ticket).
 */
const visibleAttachmentSql = (actor: Actor): Condition => sql`(case when a.message_id is null
  then a.workspace_id = ${actor.workspace}::uuid and a.uploader_id = ${actor.id}
  else ${visibleMessageSql(actor)} and ${visibleTicketSql(actor)} end)`;

export const attachmentById = (ctx: Context, id: string): Promise<Attachment | null> =>
  ctx.load.byId('attachment', id, (attachmentIds) =>
    entities(
      ctx,
      Attachment,
      sql`
        select a.* from attachment a
        left join message m on m.id = a.message_id left join ticket t on t.id = m.ticket_id
        where a.id = any(${ids('att', attachmentIds)}) and ${visibleAttachmentSql(ctx.actor)}`,
    ),
  );

/** The files of a message, in the order of their uploads. */
export const attachmentsOfMessage = (ctx: Context, messageId: string): Promise<Attachment[]> =>
  ctx.load.byParent(
    'attachments of messages',
    messageId,
    (messageIds) =>
      entities(
        ctx,
        Attachment,
        sql`
          select a.* from attachment a
          join message m on m.id = a.message_id join ticket t on t.id = m.ticket_id
          where a.message_id = any(${ids('msg', messageIds)})
            and ${visibleAttachmentSql(ctx.actor)} order by a.id`,
      ),
    (attachment) => attachment.messageId!,
  );

/** The files of all messages of a ticket that the caller may read, oldest first. */
export const attachmentsOfTicket = (ctx: Context, ticketId: string): Promise<Attachment[]> =>
  ctx.load.byKey<Attachment[]>(
    'attachments of tickets',
    ticketId,
    async (ticketIds) => {
      const ownedRows = await rows(
        ctx,
        sql<{ owner_id: string }>`
          select files.* from unnest(${ids('tkt', ticketIds)}) as owner(id) cross join lateral (
            select a.*, owner.id as owner_id from message m
            join ticket t on t.id = m.ticket_id join attachment a on a.message_id = m.id
            where m.ticket_id = owner.id and ${visibleAttachmentSql(ctx.actor)}
            order by a.id limit ${MAX_FILES_OF_TICKET}) files`,
      );
      const attachments = hydrate(ctx.orm, Attachment, ownedRows);
      return Map.groupBy(attachments, (_, index) => toId('tkt', ownedRows[index]!.owner_id));
    },
    [],
  );
