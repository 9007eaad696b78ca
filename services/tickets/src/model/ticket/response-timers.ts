import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import type { Ticket } from './ticket.ts';

/** The parts of a public message that the response timers depend on. */
export interface PublicMessage {
  id: string;
  byCustomer: boolean;
  byAgent: boolean;
  createdAt: Date;
}

export type ResponseTimers = Pick<Ticket, 'waitingSince' | 'handled' | 'firstReplyAt'>;

/** The public messages of each ticket, oldest first; all, or those since an instant. */
export async function publicMessagesOf(
  ctx: Context,
  ticketIds: readonly string[],
  since?: Date,
): Promise<Map<string, PublicMessage[]>> {
  const found = await execute(
    ctx,
    sql<{ id: string; ticket_id: string; author_kind: string; created_at: string | Date }>`
      select id, ticket_id, author_kind, created_at from message
      where ticket_id = any(${ids('tkt', ticketIds)}) and visibility = 'PUBLIC'
        and ${since ? sql`created_at >= ${since}` : sql`true`}
      order by created_at, id`,
  );
  const byTicket = Map.groupBy(found, ({ ticket_id: ticketId }) => toId('tkt', ticketId));
  return new Map(
    [...byTicket].map(([ticketId, messages]) => [
      ticketId,
      messages.map(({ id, author_kind: kind, created_at: createdAt }) => ({
        id,
        byCustomer: kind === 'customer',
        byAgent: kind === 'agent',
        createdAt: new Date(createdAt),
      })),
    ]),
  );
}

/**
 * The timers after further messages: a message of a customer starts the wait, a message of anyone
 * else ends it.
 */
export function advanceTimers(
  timers: ResponseTimers,
  messages: readonly PublicMessage[],
): ResponseTimers {
  let { waitingSince, handled, firstReplyAt } = timers;
  for (const { byCustomer, byAgent, createdAt } of messages) {
    waitingSince = byCustomer ? (waitingSince ?? createdAt) : null;
    handled ||= byAgent;
    if (byAgent) firstReplyAt ??= createdAt;
  }
  return { waitingSince, handled, firstReplyAt };
}

/**
 * The timers of a ticket with exactly these messages. Its first message waits for a reply, also
 * when an agent has written it.
 */
export function timersOf([first, ...others]: readonly PublicMessage[]): ResponseTimers {
  return advanceTimers(
    { waitingSince: first?.createdAt ?? null, handled: false, firstReplyAt: null },
    others,
  );
}

export const laterOf = (a: Date, b: Date): Date => (a > b ? a : b);
