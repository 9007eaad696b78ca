import { sql } from '@deskgraph/common/database/database';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { parseId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { reduceEvent } from './reduce.ts';
import { type TicketRow, toTicketRow, fromTicketRow } from './row.ts';
import type { TicketProjection, UnsolvedPeriod } from './state.ts';
import { type NameChange, toPeriodRow, persistProjection } from './persist.ts';

/**
 * Takes facts of one workspace into the projection, in their order and in the transaction that keeps the position: one statement to read
 * what they are about, one to write it.
 */
export async function projectEvents(
  context: Context,
  facts: readonly DomainEvent[],
): Promise<void> {
  const standings = await readTickets(context, facts);
  const stretches = new Map<string, UnsolvedPeriod & { ticket: string }>();
  const names: NameChange[] = [];
  for (const fact of facts) {
    const state = fact.data['state'] as { name?: unknown } | undefined;
    const ticket = ticketOf(fact);
    const thing = parseId('agt', fact.subject) ?? parseId('dep', fact.subject);
    if (ticket) {
      const { after, stretches: changed } = reduceEvent(standings.get(ticket), fact);
      standings.set(ticket, after);
      for (const each of changed) stretches.set(`${ticket} ${each.turn}`, { ...each, ticket });
    } else if (thing && typeof state?.name === 'string')
      names.push({ thing, position: fact.position, since: fact.occurredAt, name: state.name });
  }
  await persistProjection(context, {
    progress: { position: facts.at(-1)!.position, as_of: latest(facts) },
    tickets: [...standings].map(toTicketRow),
    stretches: [...stretches.values()].map((each) =>
      toPeriodRow(each, standings.get(each.ticket)!),
    ),
    names,
  });
}

/** The UUID of the ticket that the fact tells the state of. */
const ticketOf = (fact: DomainEvent): string | undefined =>
  fact.data['state'] ? parseId('tkt', fact.subject) : undefined;

/** A wrong clock somewhere must not make reports look fresher than now. */
const latest = (facts: readonly DomainEvent[]): string =>
  new Date(
    Math.min(Date.now(), Math.max(...facts.map((fact) => Date.parse(fact.occurredAt)))),
  ).toISOString();

async function readTickets(
  context: Context,
  facts: readonly DomainEvent[],
): Promise<Map<string, TicketProjection>> {
  const ids = new Set(facts.flatMap((fact) => ticketOf(fact) ?? []));
  if (!ids.size) return new Map();
  const { rows } =
    await sql<TicketRow>`select * from ticket where id = any(${[...ids]}::uuid[])`.execute(
      context.em.getKysely(),
    );
  return new Map(rows.map((row) => [row.id, fromTicketRow(row)]));
}
