import { isStaff } from '@deskgraph/common/auth/access';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { retryWhileUnavailable } from '@deskgraph/common/core/database-errors';
import type { Context } from '@deskgraph/common/database/context';
import type { EntityManager } from '@deskgraph/common/database/database';
import type { RequestLoaders } from '@deskgraph/common/database/request-loaders';
import { CursorExpired } from '@deskgraph/common/events/event-log-tail';
import type { DomainEvent, EventLogReader } from '@deskgraph/common/events/types';
import { decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import { isCustomerOfTicket, visibleTicketSql } from '../../model/rights/visible.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { checkpointCursor, cursorOfEvent } from './cursor.ts';
import { currentMessage } from './current-state-cache.ts';
import { currentMatchingTickets, refuseComplexFilter, ticketIdsUpTo } from './event-filter.ts';
import { TicketEvent } from './event.ts';
import { type LiveMessage, type Resync, ResyncReason } from './live-message.ts';
import { isEventVisible } from './visibility.ts';

export interface TicketEventSubscription<M extends LiveMessage> {
  Message: new () => M;
  /** Default: all types. */
  types?: readonly string[] | null | undefined;
  ticketId?: string;
  filter?: TicketFilter | null | undefined;
  after?: string | null | undefined;
  /** The fields of the message other than those of a LiveMessage and `event`. */
  extraFields?: (ctx: Context, event: TicketEvent, ticket: Ticket) => Partial<M>;
}

/** The tickets of a batch are read again after this time. */
const TICKETS_TTL_MS = 500;
/** Up to this number of tickets of a customer, older events are read by ticket. */
const MAX_SUBJECTS = 1_000;
const RESYNC_QUERY =
  '{ tickets(orderBy: [{ field: UPDATED_AT, direction: DESC }], first: 100) { nodes { id cursor } } }';

/**
 * The events of tickets that the caller can see, one message each, from a cursor or from now on.
 * Rights and filter are checked for every event at its delivery, against the current ticket. The
 * stream begins with a checkpoint, and has another one after a time without events, so that a
 * client can resume after a disconnect.
 *
 * @example
 * subscribeToTicketEvents(ctx, {
 *   Message: TicketCreatedMessage,
 *   types: ['ticket.created'],
 *   extraFields: (_ctx, _event, ticket) => ({ ticket }),
 * });
 */
export function subscribeToTicketEvents<M extends LiveMessage>(
  ctx: Context,
  subscription: TicketEventSubscription<M>,
): AsyncIterableIterator<StreamMessage> {
  const { after, filter } = subscription;
  const position = after ? decodeCursor(ctx, after, ['after']).position : undefined;
  refuseComplexFilter(ctx, filter);
  return abortableStream((signal) => streamMessages(ctx, subscription, position, signal));
}

async function* streamMessages<M extends LiveMessage>(
  ctx: Context,
  subscription: TicketEventSubscription<M>,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const { Message } = subscription;
  const { workspace } = ctx;
  const tail = ctx.tail!;
  try {
    const from = await retryWhileUnavailable(
      () => tail.startPosition({ workspace, after }),
      signal,
    );
    yield {
      cursor: subscription.after ?? checkpointCursor(ctx, from),
      resyncQuery: RESYNC_QUERY,
    };
    const reader: EventLogReader = {
      workspace,
      from,
      signal,
      isRelevant: eventPredicate(ctx, subscription),
      subjects: subjectsOf(ctx, subscription),
    };
    for await (const { events, position } of tail.follow(reader))
      if (events.length) yield* messagesOfBatch(ctx, subscription, events, signal);
      else yield { cursor: checkpointCursor(ctx, position) };
  } catch (error) {
    if (!(error instanceof CursorExpired)) throw error;
    const cursor = checkpointCursor(ctx, tail.head);
    const resync: Resync = {
      reason: ResyncReason.CURSOR_EXPIRED,
      from: cursor,
      query: RESYNC_QUERY,
    };
    yield { message: Object.assign(new Message(), { cursor, resync }), cursor };
  }
}

async function* messagesOfBatch<M extends LiveMessage>(
  ctx: Context,
  { Message, filter, extraFields }: TicketEventSubscription<M>,
  events: readonly DomainEvent[],
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  let tickets = new Map<string, Ticket>();
  let readAt = 0;
  for (const [index, domainEvent] of events.entries()) {
    // A slow client may take long to read the events before this one.
    if (Date.now() - readAt > TICKETS_TTL_MS) {
      const ticketIds = [...new Set(events.slice(index).map(({ subject }) => subject))];
      tickets = await retryWhileUnavailable(
        () => currentMatchingTickets(ctx, filter, ticketIds),
        signal,
      );
      readAt = Date.now();
    }
    const ticket = tickets.get(domainEvent.subject);
    if (signal.aborted) return;
    if (!ticket) continue;
    const { event, cursor } = sharedEvent(ctx, domainEvent);
    const message = Object.assign(new Message(), {
      cursor,
      event,
      ...extraFields?.(ctx, event, ticket),
    });
    yield { message, cursor, prepare: ({ load }) => primeLoaders(load, ctx, event, ticket) };
  }
}

const sharedEvents = new WeakMap<DomainEvent, { event: TicketEvent; cursor: string }>();

/** The event and its cursor, created once for all streams of a workspace. */
function sharedEvent(
  ctx: Context,
  domainEvent: DomainEvent,
): { event: TicketEvent; cursor: string } {
  let shared = sharedEvents.get(domainEvent);
  if (!shared) {
    const event = new TicketEvent(domainEvent);
    shared = { event, cursor: cursorOfEvent(ctx, event) };
    sharedEvents.set(domainEvent, shared);
  }
  return shared;
}

/** Lets the fields of the message use the ticket and the message that are read for all streams. */
function primeLoaders(
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
 * The checks that need only the event itself. A customer receives only events from while they were
 * the requester or in copy: thousands of customers subscribe at once, and an event must not wake
 * all of their streams.
 */
function eventPredicate(
  { actor }: Context,
  { types, ticketId }: TicketEventSubscription<LiveMessage>,
): (domainEvent: DomainEvent) => boolean {
  const isOfStaff = isStaff(actor);
  return (domainEvent) => {
    const { type, subject, data } = domainEvent as unknown as DomainEvent<LoggedTicketData>;
    return (
      subject.startsWith('tkt_') &&
      (isOfStaff || isCustomerOfTicket(actor, data.state)) &&
      (ticketId === undefined || subject === ticketId) &&
      (!types || types.includes(type)) &&
      isEventVisible(actor, { type, data })
    );
  };
}

/** The tickets of the stream, if they are few. */
const subjectsOf =
  ({ actor }: Context, { ticketId }: TicketEventSubscription<LiveMessage>) =>
  async (em: EntityManager): Promise<readonly string[] | undefined> => {
    if (ticketId !== undefined) return [ticketId];
    return isStaff(actor) ? undefined : ticketIdsUpTo(em, visibleTicketSql(actor), MAX_SUBJECTS);
  };
