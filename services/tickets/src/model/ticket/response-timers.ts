import { sql, uuidArray } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** A public message, as far as clocks are moved by it. */
export interface PublicMessage {
  id: string;
  byCustomer: boolean;
  byAgent: boolean;
  at: Date;
}

/** What was said in public in each ticket, oldest first; all of it, or from an instant on. */
export async function publicMessagesOf(
  ctx: Context,
  ticketIds: readonly string[],
  from?: Date,
): Promise<Map<string, PublicMessage[]>> {
  const { rows } = await sql<{
    id: string;
    ticket_id: string;
    author_kind: string;
    created_at: string | Date;
  }>`
    select id, ticket_id, author_kind, created_at from message
    where ticket_id = any(${uuidArray('tkt', ticketIds)}) and visibility = 'PUBLIC' and ${from ? sql`created_at >= ${from}` : sql`true`}
    order by created_at, id`.execute(ctx.em.getKysely());
  const said = Map.groupBy(rows, ({ ticket_id: id }) => toId('tkt', id));
  return new Map(
    [...said].map(([ticket, messages]) => [
      ticket,
      messages.map(({ id, author_kind: kind, created_at: at }) => ({
        id,
        byCustomer: kind === 'customer',
        byAgent: kind === 'agent',
        at: new Date(at),
      })),
    ]),
  );
}

export interface ResponseTimers {
  waitingSince: Date | null;
  handled: boolean;
  firstReplyAt: Date | null;
}

/** How messages move the clocks of a ticket on: a customer's starts the wait, an answer ends it. */
export function advanceTimers(
  clocks: ResponseTimers,
  messages: readonly PublicMessage[],
): ResponseTimers {
  let { waitingSince, handled, firstReplyAt } = clocks;
  for (const { byCustomer, byAgent, at } of messages) {
    waitingSince = byCustomer ? (waitingSince ?? at) : null;
    handled ||= byAgent;
    if (byAgent) firstReplyAt ??= at;
  }
  return { waitingSince, handled, firstReplyAt };
}

/** The clocks of a ticket in which nothing but these messages was ever said; the first one waits for an answer, whoever wrote it. */
export function timersOf([first, ...rest]: readonly PublicMessage[]): ResponseTimers {
  return advanceTimers(
    { waitingSince: first?.at ?? null, handled: false, firstReplyAt: null },
    rest,
  );
}

export const later = (a: Date, b: Date): Date => (a > b ? a : b);
