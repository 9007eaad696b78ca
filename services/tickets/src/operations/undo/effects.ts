import { sql, uuidArray } from '@deskgraph/common/database/database';
import type { NewEvent } from '@deskgraph/common/events/types';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { changesFor } from '../../history/event/visible.ts';
import type { Changes } from '../../model/ticket/events.ts';
import { ticketById } from '../../model/lookup/find.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import type { OperationEffect } from './preview.ts';
import { isSameJson } from '../../model/operation/snapshot.ts';

/** What was seen of a rehearsal before it was taken back. */
export interface Seen {
  /** What would change in each ticket, in the order in which they come. */
  changes: ReadonlyMap<string, Changes>;
  /** Tickets that it would make. */
  made: readonly Ticket[];
  /** Messages that were written to, by where they would lie. */
  messages: readonly { id: string; ticketId: string }[];
}

/** Looks at a rehearsal. A message that was written to has a row of this transaction. */
export async function look(trial: Context): Promise<Seen> {
  const changes = net(trial.dryRunEvents!);
  const made = await trial.em.find(Ticket, { id: { $in: [...changes.keys()] }, number: 0 });
  const { rows } = await sql<{ id: string; ticket_id: string }>`
    select id, ticket_id from message where ticket_id = any(${uuidArray('tkt', [...changes.keys()])}) and xmin = pg_current_xact_id()::xid`.execute(
    trial.em.getKysely(),
  );
  return {
    changes,
    made,
    messages: rows.map(({ id, ticket_id: ticket }) => ({ id, ticketId: toId('tkt', ticket) })),
  };
}

/** From what it was before the first fact to what it is after the last. */
function net(facts: readonly NewEvent[]): Map<string, Changes> {
  const tickets = new Map<string, Changes>();
  for (const { subject, data } of facts.filter((fact) => fact.subject.id.startsWith('tkt_'))) {
    const changes = tickets.get(subject.id) ?? {};
    tickets.set(subject.id, changes);
    for (const [field, [from, to]] of Object.entries((data as { changes?: Changes }).changes ?? {}))
      changes[field] = [field in changes ? changes[field]![0] : from, to];
  }
  for (const changes of tickets.values())
    for (const [field, [from, to]] of Object.entries(changes))
      if (isSameJson(from, to)) delete changes[field];
  return tickets;
}

/** The effects on tickets that the caller may see. */
export async function effectsOf(
  ctx: Context,
  { changes, made, messages }: Seen,
): Promise<OperationEffect[]> {
  const before = await placesOf(
    ctx,
    messages.map(({ id }) => id),
  );
  const moved = messages.flatMap(({ id, ticketId: to }) => {
    const from = before.get(id);
    return from && from !== to ? [{ from, to }] : [];
  });
  const effects = await Promise.all(
    [...changes].map(async ([id, ofTicket]) => ({
      ticket: made.find((ticket) => ticket.id === id) ?? (await ticketById(ctx, id)),
      changes: await changesFor(ctx, { changes: ofTicket }),
      messagesIn: moved.filter(({ to }) => to === id).length,
      messagesOut: moved.filter(({ from }) => from === id).length,
      userErrors: [],
    })),
  );
  return effects.filter(
    (effect): effect is OperationEffect & typeof effect => effect.ticket !== null,
  );
}

/** Where messages lie. */
async function placesOf(ctx: Context, ids: readonly string[]): Promise<Map<string, string>> {
  if (!ids.length) return new Map();
  const em = await ctx.read();
  const { rows } = await sql<{
    id: string;
    ticket_id: string;
  }>`select id, ticket_id from message where id = any(${ids}::uuid[])`.execute(em.getKysely());
  return new Map(rows.map(({ id, ticket_id: ticket }) => [id, toId('tkt', ticket)]));
}
