import type { Changes } from '@deskgraph/common/contract/ticket-events';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids, rows } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { dryRun } from '@deskgraph/common/graphql/mutation';
import { UserError } from '@deskgraph/common/graphql/shared-types';
import { Field, Int, ObjectType } from 'type-graphql';
import { FieldChange } from '../../history/event/event.ts';
import { visibleChanges } from '../../history/event/visibility.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import type { Operation } from '../../model/operation/operation.ts';
import { isSameJson } from '../../model/operation/snapshot.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { OperationConflict, conflictsOfOperation } from './conflicts.ts';

@ObjectType({ simpleResolvers: true, description: 'The effect of an operation on one ticket.' })
export class OperationEffect {
  @Field(() => Ticket, {
    description:
      'The ticket as it is now. A ticket that the operation would create has the number 0 and cannot be queried.',
  })
  ticket!: Ticket;
  @Field(() => [FieldChange], {
    description: 'The net changes: from the current value to the value after the operation.',
  })
  changes!: FieldChange[];
  @Field(() => Int, { description: 'The number of messages that would move into the ticket.' })
  messagesIn!: number;
  @Field(() => Int, { description: 'The number of messages that would move out of the ticket.' })
  messagesOut!: number;
  @Field(() => [UserError], {
    description:
      'The refusals for this ticket alone, of an operation that continues with the others. If there is one, the ticket would not change.',
  })
  userErrors!: UserError[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'The result of a dry run of an operation. Nothing was changed.',
})
export class OperationPreview {
  @Field(() => [OperationEffect], {
    description: 'The affected tickets. Empty when the operation as a whole would be refused.',
  })
  effects!: OperationEffect[];
  @Field(() => [OperationConflict], {
    description: 'The conflicts of an undo. Empty for other operations.',
  })
  conflicts!: OperationConflict[];
  @Field(() => [UserError], { description: 'The refusals of the operation as a whole.' })
  userErrors!: UserError[];
}

/**
 * Runs a mutation, records its effects and rolls it back. The preview therefore cannot differ from
 * the mutation, including rights and refusals. The conflicts of an undo are read from the operation
 * in its payload or refusal.
 *
 * @example
 * const preview = await previewOperation(ctx, (trial) => mergeTickets(trial, input));
 */
export async function previewOperation(
  ctx: Context,
  mutate: (trial: Context) => Promise<{ operation?: Operation | null | undefined }>,
): Promise<OperationPreview> {
  try {
    const { observed, operation } = await dryRun(ctx, async (trial) => {
      const payload = await mutate(trial);
      return { observed: await observe(trial), operation: payload.operation };
    });
    return {
      effects: await visibleEffects(ctx, observed),
      conflicts: operation ? await conflictsOfOperation(ctx, operation) : [],
      userErrors: [],
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { operation } = error.payload as { operation?: Operation };
    return {
      effects: [],
      conflicts: operation ? await conflictsOfOperation(ctx, operation) : [],
      userErrors: error.errors,
    };
  }
}

/** The changes inside a dry run, read before it is rolled back. */
interface Observation {
  /** By ticket id, in the order of the first event of each ticket. */
  changes: ReadonlyMap<string, Changes>;
  newTickets: readonly Ticket[];
  /** The messages that the dry run has written, with their new ticket. */
  messages: readonly { id: string; ticketId: string }[];
}

async function observe(trial: Context): Promise<Observation> {
  const changes = netChanges(trial.dryRunEvents!);
  const ticketIds = [...changes.keys()];
  const newTickets = await trial.em.find(Ticket, { id: { $in: ticketIds }, number: 0 });
  // The `xmin` of a row that was written in this transaction is the id of the transaction.
  const written = await execute(
    trial,
    sql<{ id: string; ticket_id: string }>`
      select id, ticket_id from message
      where ticket_id = any(${ids('tkt', ticketIds)}) and xmin = pg_current_xact_id()::xid`,
  );
  return {
    changes,
    newTickets,
    messages: written.map(({ id, ticket_id: ticketId }) => ({
      id,
      ticketId: toId('tkt', ticketId),
    })),
  };
}

/** Joins the changes of all events of a ticket: the first value before and the last value after. */
function netChanges(events: readonly NewEvent[]): Map<string, Changes> {
  const byTicket = new Map<string, Changes>();
  for (const { subject, data } of events.filter((event) => event.subject.id.startsWith('tkt_'))) {
    const changes = byTicket.get(subject.id) ?? {};
    byTicket.set(subject.id, changes);
    for (const [field, [from, to]] of Object.entries((data as { changes?: Changes }).changes ?? {}))
      changes[field] = [field in changes ? changes[field]![0] : from, to];
  }
  for (const changes of byTicket.values())
    for (const [field, [from, to]] of Object.entries(changes))
      if (isSameJson(from, to)) delete changes[field];
  return byTicket;
}

/** The effects on the tickets that the caller can see. */
async function visibleEffects(
  ctx: Context,
  { changes, newTickets, messages }: Observation,
): Promise<OperationEffect[]> {
  const currentTickets = await ticketIdsOfMessages(
    ctx,
    messages.map(({ id }) => id),
  );
  const moved = messages.flatMap(({ id, ticketId: to }) => {
    const from = currentTickets.get(id);
    return from && from !== to ? [{ from, to }] : [];
  });
  const effects = await Promise.all(
    [...changes].map(async ([id, ticketChanges]) => ({
      ticket: newTickets.find((ticket) => ticket.id === id) ?? (await ticketById(ctx, id)),
      changes: await visibleChanges(ctx, { changes: ticketChanges }),
      messagesIn: moved.filter(({ to }) => to === id).length,
      messagesOut: moved.filter(({ from }) => from === id).length,
      userErrors: [],
    })),
  );
  return effects.filter(
    (effect): effect is OperationEffect & typeof effect => effect.ticket !== null,
  );
}

/** The current ticket of each message, outside the dry run. */
async function ticketIdsOfMessages(
  ctx: Context,
  messageIds: readonly string[],
): Promise<Map<string, string>> {
  if (!messageIds.length) return new Map();
  const found = await rows(
    ctx,
    sql<{ id: string; ticket_id: string }>`
      select id, ticket_id from message where id = any(${messageIds}::uuid[])`,
  );
  return new Map(found.map(({ id, ticket_id: ticketId }) => [id, toId('tkt', ticketId)]));
}
