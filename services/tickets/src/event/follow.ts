import { cursorAt, placeAt } from '@deskgraph/common/cursor';
import type { Fact } from '@deskgraph/common/events';
import { type Told, stoppable } from '@deskgraph/common/live';
import { CursorExpired } from '@deskgraph/common/tail';
import type { Context } from '@deskgraph/common/transaction';
import type { TicketFilter } from '../ticket/filter.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { cursorOf } from './cursor.ts';
import { TicketEvent } from './event.ts';
import { ticketsOf, wanted } from './matching.ts';
import { type LiveMessage, type Resync, ResyncReason } from './message.ts';
import { isVisible } from './visible.ts';

export interface Following<M extends LiveMessage> {
  Message: new () => M;
  /** All types when left out. */
  types?: readonly string[] | null | undefined;
  ticketId?: string;
  filter?: TicketFilter | null | undefined;
  after?: string | null | undefined;
  /** What the message says beside the fact. */
  rest?: (ctx: Context, event: TicketEvent, ticket: Ticket) => Partial<M>;
}

const READ_ANEW = '{ tickets(orderBy: [{ field: UPDATED_AT, direction: DESC }], first: 100) { nodes { id cursor } } }';

/**
 * The facts about tickets that the caller may see, each in a message, from a position on or from now: a mark comes first, so that a stream
 * that is cut before its first fact goes on from where it began. Rights and filter are asked for every
 * fact at the moment when it is told, and about the ticket as it is then.
 */
export function follow<M extends LiveMessage>(ctx: Context, following: Following<M>): AsyncIterableIterator<Told> {
  const { after } = following;
  const position = after ? placeAt(ctx, after, ['after']).position : undefined;
  return stoppable((signal) => told(ctx, following, position, signal));
}

async function* told<M extends LiveMessage>(
  ctx: Context,
  following: Following<M>,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Told, void, void> {
  const { Message, rest } = following;
  const tail = ctx.tail!;
  try {
    const from = await tail.from({ workspace: ctx.workspace, after });
    yield { cursor: following.after ?? cursorAt(ctx, { position: from }) };
    for await (const facts of tail.follow(ctx.workspace, from, signal))
      for (const { event, ticket } of await select(ctx, following, facts)) {
        if (signal.aborted) return;
        const cursor = cursorOf(ctx, event);
        const message = Object.assign(new Message(), { cursor, event, ...rest?.(ctx, event, ticket) });
        yield { message, cursor, prepare: (reader) => reader.load.know('ticket', ticket) };
      }
  } catch (error) {
    if (!(error instanceof CursorExpired)) throw error;
    const cursor = cursorAt(ctx, { position: tail.head });
    const resync: Resync = { reason: ResyncReason.CURSOR_EXPIRED, from: cursor, query: READ_ANEW };
    yield { message: Object.assign(new Message(), { cursor, resync }), cursor };
  }
}

/** Those of the facts that are asked for, with their tickets; one statement for all. */
async function select<M extends LiveMessage>(
  ctx: Context,
  { types, ticketId, filter }: Following<M>,
  facts: readonly Fact[],
): Promise<{ event: TicketEvent; ticket: Ticket }[]> {
  const events = facts
    .filter(({ type, subject }) => subject.startsWith('tkt_') && (!types || types.includes(type)) && (!ticketId || subject === ticketId))
    .map((fact) => new TicketEvent(fact))
    .filter(({ fact }) => isVisible(ctx.actor, fact));
  if (!events.length) return [];
  const now = ctx.again();
  try {
    const tickets = await ticketsOf(now, await wanted(now, filter), [...new Set(events.map(({ fact }) => fact.subject))]);
    return events.flatMap((event) => {
      const ticket = tickets.get(event.fact.subject);
      return ticket ? [{ event, ticket }] : [];
    });
  } finally {
    await now.end();
  }
}
