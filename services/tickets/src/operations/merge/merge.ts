import { sql, uuidArray } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { moveDrafts } from '../../ticketing/draft/mutations.ts';
import { ticketsWithOpenLinks } from '../../model/ticket/open-children.ts';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import { mergeParticipants } from '../../people/participant/people.ts';
import type { TicketMergeInput, TicketMergePayload } from '../undo/input.ts';
import {
  type TouchedTicket,
  beginOperation,
  recordOperationMessages,
  recordOperationTickets,
} from '../../model/operation/journal.ts';
import { lockTickets } from '../../model/lookup/lock.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { ticketSnapshot } from '../../model/operation/snapshot.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { workBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import { fold, take } from './merge-steps.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';

/** Folds tickets of one requester into another: what was said in them, and is said to them from now on, stands there, and whoever took part in them does so there. */
export async function merge(
  ctx: Context,
  { ids, intoId, expectedVersion }: TicketMergeInput,
): Promise<TicketMergePayload> {
  const named = [
    { id: intoId, field: 'intoId' },
    ...ids.map((id, at) => ({ id, field: `ids.${at}` })),
  ];
  const [into, ...from] = (await lockTickets(ctx, named)) as [Ticket, ...Ticket[]];
  refuseStaleVersion(into, expectedVersion);
  refuseForeign(into, from);
  await refuseHolding(ctx, from);
  const at = new Date();
  const touched = [into, ...from].map((ticket): TouchedTicket => ({
    ticket,
    part: ticket === into ? 'INTO' : 'FROM',
    before: ticketSnapshot(ticket),
  }));
  const operation = beginOperation(ctx, OperationKind.MERGE, at);
  const { closeAfter } = await currentWorkspace(ctx);
  const folding = { at, closeAfter, type: 'ticket.merged', details: { operationId: operation.id } };
  const given = from.flatMap((ticket) => fold(ctx, ticket, into, folding, operation.undoableUntil));
  const before = touched.slice(1).map((each) => each.before);
  const changes = mergeParticipants(into, from);
  const taken = await take(ctx, into, before, {
    ...folding,
    details: { ...folding.details, fromIds: from.map(({ id }) => id), changes },
  });
  const lying: Condition = sql`ticket_id = any(${uuidArray(
    'tkt',
    from.map(({ id }) => id),
  )})`;
  await recordOperationMessages(ctx, operation, lying);
  await move(ctx, lying, into);
  await moveDrafts(ctx, from, into);
  await reindexTickets(ctx, [into, ...from]);
  await appendEvents(ctx, [...taken, ...given]);
  await recordOperationTickets(ctx, operation, touched);
  return { ticket: into, operation, userErrors: [] };
}

/** Somebody else's tickets are not folded in: their messages would be read by the wrong requester. */
function refuseForeign(into: Ticket, from: readonly Ticket[]): void {
  if (new Set([into, ...from]).size <= from.length) throw new Refusal('INVALID', 'ids');
  for (const [ticket, field] of [
    [into, 'intoId'] as const,
    ...from.map((each, at) => [each, `ids.${at}`] as const),
  ]) {
    refuseIfBlocked(workBlocker(ticket), field);
    if (ticket.requesterId !== into.requesterId) throw new Refusal('INVALID', field);
  }
}

/** What others hang on does not end as a duplicate before them. */
async function refuseHolding(ctx: Context, from: readonly Ticket[]): Promise<void> {
  const holding = await ticketsWithOpenLinks(
    ctx,
    from.map(({ id }) => id),
    ['CHILD', 'INCIDENT'],
  );
  const at = from.findIndex(({ id }) => holding.has(id));
  if (at >= 0) throw new Refusal('IN_USE', `ids.${at}`);
}

const move = (ctx: Context, lying: Condition, into: Ticket): Promise<unknown> =>
  sql`
    update message set home_id = coalesce(home_id, ticket_id), ticket_id = ${uuidOf('tkt', into.id)}::uuid where ${lying}`.execute(
    ctx.em.getKysely(),
  );
