import { type Actor, Role } from '@deskgraph/common/access';
import { type EntityManager, hydrate, sql, uuids } from '@deskgraph/common/database';
import type { Condition } from '@deskgraph/common/filter';
import { Direction, type OrderKey, type Page, type PageRequest, keyset } from '@deskgraph/common/page';
import type { Context } from '@deskgraph/common/transaction';
import { visible as ticketVisible } from '../ticket/visible.ts';
import { Message, type MessageVisibility } from './message.ts';

export interface MessageQuery extends PageRequest {
  visibility?: MessageVisibility | null | undefined;
}

const ORDER: OrderKey[] = [
  { by: sql`m.created_at`, type: 'timestamptz', direction: Direction.ASC },
  { by: sql`m.id`, type: 'uuid', direction: Direction.ASC },
];

/** Of a ticket that the actor sees: everything for staff, what was said in public for requesters. Given as a condition on `m`. */
export const visible = (actor: Actor): Condition => (actor.role === Role.REQUESTER ? sql`m.visibility = 'PUBLIC'` : sql`true`);

const conditionOf = (ctx: Context, { visibility }: MessageQuery): Condition =>
  visibility ? sql`${visible(ctx.actor)} and m.visibility = ${visibility}` : visible(ctx.actor);

/** The same page of messages for every ticket of a request, with one statement. */
export function findOf(ctx: Context, ticketId: string, query: MessageQuery): Promise<Page<Message>> {
  const key = `messages ${JSON.stringify(query)}`;
  return ctx.load.byKey<Page<Message> | null>(key, ticketId, (ids) => pagesOf(ctx, ids, query, key), null) as Promise<Page<Message>>;
}

async function pagesOf(ctx: Context, ids: string[], query: MessageQuery, key: string): Promise<Map<string, Page<Message>>> {
  const page = keyset(query, ORDER);
  const condition = conditionOf(ctx, query);
  const em = await ctx.read();
  const { rows } = await sql<{ owner: number }>`
    select found.*, owner.at::integer as owner from unnest(${uuids('tkt', ids)}) with ordinality as owner(id, at)
    cross join lateral (
      select m.*, ${page.keys} from message m where m.ticket_id = owner.id and ${condition} and ${page.where}
      order by ${page.order} limit ${page.limit}
    ) found order by owner.at`.execute(em.getKysely());
  const counts = (id: string): Promise<number> => ctx.load.byKey(`${key} count`, id, (all) => countsOf(em, all, condition), 0);
  const byTicket = Map.groupBy(rows, (row) => ids[row.owner - 1]!);
  return new Map(
    ids.map((id) => {
      const own = byTicket.get(id) ?? [];
      return [id, page.page(own, hydrate(ctx.orm, Message, own), () => counts(id))];
    }),
  );
}

async function countsOf(em: EntityManager, ids: string[], condition: Condition): Promise<Map<string, number>> {
  const { rows } = await sql<{ owner: number; count: number }>`
    select owner.at::integer as owner, count(*)::integer as count
    from unnest(${uuids('tkt', ids)}) with ordinality as owner(id, at) join message m on m.ticket_id = owner.id
    where ${condition} group by owner.at`.execute(em.getKysely());
  return new Map(rows.map((row) => [ids[row.owner - 1]!, row.count]));
}

/** One message by id, of a ticket that the caller may see. */
export const byId = (ctx: Context, id: string): Promise<Message | null> =>
  ctx.load.byId('message', id, async (ids) => {
    const em = await ctx.read();
    const { rows } = await sql`
      select m.* from message m join ticket t on t.id = m.ticket_id
      where m.id = any(${uuids('msg', ids)}) and ${visible(ctx.actor)} and ${ticketVisible(ctx.actor)}`.execute(em.getKysely());
    return hydrate(ctx.orm, Message, rows);
  });
