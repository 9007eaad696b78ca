import { parseId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { type NameChange, persistProjection, toPeriodRow } from './persist.ts';
import { reduceEvent } from './reduce.ts';
import { type TicketRow, fromTicketRow, toTicketRow } from './row.ts';
import type { TicketProjection, UnsolvedPeriod } from './state.ts';

/**
 * Applies events of one workspace to the projection, in their order and in the transaction that
 * stores the position of the consumer: one statement reads the tickets, one stores the changes.
 */
export async function projectEvents(ctx: Context, events: readonly DomainEvent[]): Promise<void> {
  const tickets = await loadTickets(ctx, events);
  const periods = new Map<string, UnsolvedPeriod & { ticket: string }>();
  const names: NameChange[] = [];
  for (const event of events) {
    const state = event.data['state'] as { name?: unknown } | undefined;
    const ticket = ticketOf(event);
    const thing = parseId('agt', event.subject) ?? parseId('dep', event.subject);
    if (ticket) {
      const { after, periods: changed } = reduceEvent(tickets.get(ticket), event);
      tickets.set(ticket, after);
      for (const period of changed) periods.set(`${ticket} ${period.turn}`, { ...period, ticket });
    } else if (thing && typeof state?.name === 'string')
      names.push({ thing, position: event.position, since: event.occurredAt, name: state.name });
  }
  await persistProjection(ctx, {
    progress: { position: events.at(-1)!.position, as_of: lastOccurrence(events) },
    tickets: [...tickets].map(toTicketRow),
    periods: [...periods.values()].map((period) =>
      toPeriodRow(period, tickets.get(period.ticket)!),
    ),
    names,
  });
}

/** The UUID of the ticket whose state the event contains. */
const ticketOf = (event: DomainEvent): string | undefined =>
  event.data['state'] ? parseId('tkt', event.subject) : undefined;

/** At most now, so that an event of a wrong clock does not make reports look fresher than they are. */
const lastOccurrence = (events: readonly DomainEvent[]): string =>
  new Date(
    Math.min(Date.now(), Math.max(...events.map(({ occurredAt }) => Date.parse(occurredAt)))),
  ).toISOString();

async function loadTickets(
  ctx: Context,
  events: readonly DomainEvent[],
): Promise<Map<string, TicketProjection>> {
  const ticketIds = new Set(events.flatMap((event) => ticketOf(event) ?? []));
  if (!ticketIds.size) return new Map();
  const rows = await execute(
    ctx,
    sql<TicketRow>`select * from ticket where id = any(${[...ticketIds]}::uuid[])`,
  );
  return new Map(rows.map((row) => [row['id'] as string, fromTicketRow(row)]));
}
