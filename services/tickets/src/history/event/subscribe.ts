import { isStaff } from '@deskgraph/common/auth/access';
import { decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import type { EntityManager } from '@deskgraph/common/database/database';
import type { DomainEvent, EventLogReader } from '@deskgraph/common/events/types';
import { retryWhileUnavailable } from '@deskgraph/common/core/database-errors';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import type { RequestLoaders } from '@deskgraph/common/database/request-loaders';
import { CursorExpired } from '@deskgraph/common/events/event-log-tail';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { isCustomerOfTicket, visibleTicketSql } from '../../model/rights/visible.ts';
import { cursorOfEvent, checkpointCursor } from './cursor.ts';
import { TicketEvent } from './event.ts';
import { ticketIdsUpTo, refuseComplexFilter, currentMatchingTickets } from './event-filter.ts';
import { currentMessage } from './current-state-cache.ts';
import { type LiveMessage, type Resync, ResyncReason } from './live-message.ts';
import { isEventVisible } from './visibility.ts';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';

export interface TicketEventSubscription<M extends LiveMessage> {
  Message: new () => M;
  /** All types when left out. */
  types?: readonly string[] | null | undefined;
  ticketId?: string;
  filter?: TicketFilter | null | undefined;
  after?: string | null | undefined;
  /** What the message says beside the fact. */
  rest?: (ctx: Context, event: TicketEvent, ticket: Ticket) => Partial<M>;
}

/** So long what was read of a ticket counts as what it is. */
const FRESH_MS = 500;
/** Of more tickets than these, older facts are looked for in the whole log. */
const FEW = 1_000;
const READ_ANEW =
  '{ tickets(orderBy: [{ field: UPDATED_AT, direction: DESC }], first: 100) { nodes { id cursor } } }';

/**
 * The facts about tickets that the caller may see, each in a message, from a position on or from now. Rights and filter are asked for every
 * fact at the moment when it is told, and about the ticket as it is then. A mark comes first, and again after a while without facts: a stream
 * that is cut goes on from there.
 */
export function subscribeToTicketEvents<M extends LiveMessage>(
  ctx: Context,
  following: TicketEventSubscription<M>,
): AsyncIterableIterator<StreamMessage> {
  const { after, filter } = following;
  const position = after ? decodeCursor(ctx, after, ['after']).position : undefined;
  refuseComplexFilter(ctx, filter);
  return abortableStream((signal) => told(ctx, following, position, signal));
}

async function* told<M extends LiveMessage>(
  ctx: Context,
  following: TicketEventSubscription<M>,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const { Message, filter, rest } = following;
  const { workspace } = ctx;
  const tail = ctx.tail!;
  try {
    const from = await retryWhileUnavailable(
      () => tail.startPosition({ workspace, after }),
      signal,
    );
    yield { cursor: following.after ?? checkpointCursor(ctx, from), resyncQuery: READ_ANEW };
    const reader: EventLogReader = {
      workspace,
      from,
      signal,
      isRelevant: concernOf(ctx, following),
      subjects: subjectsOf(ctx, following),
    };
    for await (const { events: facts, position } of tail.follow(reader)) {
      if (!facts.length) {
        yield { cursor: checkpointCursor(ctx, position) };
        continue;
      }
      let tickets = new Map<string, Ticket>();
      let asked = 0;
      for (const [at, fact] of facts.entries()) {
        // A reader may take long for the facts before this one.
        if (Date.now() - asked > FRESH_MS) {
          const touched = [...new Set(facts.slice(at).map(({ subject }) => subject))];
          tickets = await retryWhileUnavailable(
            () => currentMatchingTickets(ctx, filter, touched),
            signal,
          );
          asked = Date.now();
        }
        const ticket = tickets.get(fact.subject);
        if (signal.aborted) return;
        if (!ticket) continue;
        const { event, cursor } = shared(ctx, fact);
        const message = Object.assign(new Message(), {
          cursor,
          event,
          ...rest?.(ctx, event, ticket),
        });
        yield { message, cursor, prepare: ({ load }) => lend(load, ctx, event, ticket) };
      }
    }
  } catch (error) {
    if (!(error instanceof CursorExpired)) throw error;
    const cursor = checkpointCursor(ctx, tail.head);
    const resync: Resync = { reason: ResyncReason.CURSOR_EXPIRED, from: cursor, query: READ_ANEW };
    yield { message: Object.assign(new Message(), { cursor, resync }), cursor };
  }
}

const known = new WeakMap<DomainEvent, { event: TicketEvent; cursor: string }>();

/** What is the same in all streams. */
function shared(ctx: Context, fact: DomainEvent): { event: TicketEvent; cursor: string } {
  let made = known.get(fact);
  if (!made) {
    const event = new TicketEvent(fact);
    known.set(fact, (made = { event, cursor: cursorOfEvent(ctx, event) }));
  }
  return made;
}

/** Who asks for the ticket or the message of a fact gets what was read for all. */
function lend(
  load: RequestLoaders,
  ctx: Context,
  { domainEvent: { data } }: TicketEvent,
  ticket: Ticket,
): void {
  load.prime('ticket', ticket);
  if (data.messageId)
    load.primeLazily('message', data.messageId, () => currentMessage(ctx, ticket, data.messageId!));
}

/**
 * What can be said of a fact without reading anything. A customer hears of what happened to a ticket while it concerned him: thousands of them
 * listen at once, and a fact must not wake them all.
 */
function concernOf(
  { actor }: Context,
  { types, ticketId }: TicketEventSubscription<LiveMessage>,
): (fact: DomainEvent) => boolean {
  const all = isStaff(actor);
  return (fact) => {
    const { type, subject, data } = fact as unknown as DomainEvent<LoggedTicketData>;
    return (
      subject.startsWith('tkt_') &&
      (all || isCustomerOfTicket(actor, data.state)) &&
      (ticketId === undefined || subject === ticketId) &&
      (!types || types.includes(type)) &&
      isEventVisible(actor, { type, data })
    );
  };
}

/** The tickets that the stream can only be about, where they are few. */
const subjectsOf =
  ({ actor }: Context, { ticketId }: TicketEventSubscription<LiveMessage>) =>
  async (em: EntityManager): Promise<readonly string[] | undefined> => {
    if (ticketId !== undefined) return [ticketId];
    return isStaff(actor) ? undefined : ticketIdsUpTo(em, visibleTicketSql(actor), FEW);
  };
