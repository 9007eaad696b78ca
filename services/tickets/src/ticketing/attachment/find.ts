import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { visible as messageVisible } from '../../model/message/find.ts';
import { visible as ticketVisible } from '../../model/rights/visible.ts';
import { Attachment } from './attachment.ts';

/** A ticket shows so many of its files; each message shows all of its own. */
const OF_TICKET = 500;

/** A file is seen with its message, by nobody else; until it has one by who uploaded it. On `a`, `m` and `t`. */
const visible = (actor: Actor): Condition => sql`(case when a.message_id is null
  then a.workspace_id = ${actor.workspace}::uuid and a.uploader_id = ${actor.id}
  else ${messageVisible(actor)} and ${ticketVisible(actor)} end)`;

export const byId = (ctx: Context, id: string): Promise<Attachment | null> =>
  ctx.load.byId('attachment', id, async (ids) => {
    const em = await ctx.read();
    const { rows } = await sql`
      select a.* from attachment a left join message m on m.id = a.message_id left join ticket t on t.id = m.ticket_id
      where a.id = any(${uuids('att', ids)}) and ${visible(ctx.actor)}`.execute(em.getKysely());
    return hydrate(ctx.orm, Attachment, rows);
  });

/** A message's files, in the order of their uploads. */
export const ofMessage = (ctx: Context, messageId: string): Promise<Attachment[]> =>
  ctx.load.byParent(
    'attachments of messages',
    messageId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql`
        select a.* from attachment a join message m on m.id = a.message_id join ticket t on t.id = m.ticket_id
        where a.message_id = any(${uuids('msg', ids)}) and ${visible(ctx.actor)} order by a.id`.execute(
        em.getKysely(),
      );
      return hydrate(ctx.orm, Attachment, rows);
    },
    ({ messageId: of }) => of!,
  );

/** The files of all messages of a ticket that the caller reads, the oldest first. */
export const ofTicket = (ctx: Context, ticketId: string): Promise<Attachment[]> =>
  ctx.load.byKey<Attachment[]>(
    'attachments of tickets',
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ owner_id: string }>`
        select found.* from unnest(${uuids('tkt', ids)}) as owner(id) cross join lateral (
          select a.*, owner.id as owner_id from message m join ticket t on t.id = m.ticket_id join attachment a on a.message_id = m.id
          where m.ticket_id = owner.id and ${visible(ctx.actor)} order by a.id limit ${OF_TICKET}
        ) found`.execute(em.getKysely());
      const things = hydrate(ctx.orm, Attachment, rows);
      const found = Map.groupBy(things.keys(), (at) => toId('tkt', rows[at]!.owner_id));
      return new Map([...found].map(([id, places]) => [id, places.map((at) => things[at]!)]));
    },
    [],
  );
