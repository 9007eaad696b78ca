import { sql, uuids } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { type NewFact, recordAll } from '@deskgraph/common/events';
import { uuidOf } from '@deskgraph/common/id';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { reindex } from '../message/reindex.ts';
import type { TicketMergeInput, TicketMergePayload } from '../operation/input.ts';
import { type Touched, begin, keepMessages, keepTickets } from '../operation/journal.ts';
import { lockedAll } from '../operation/locked.ts';
import { type Operation, OperationKind } from '../operation/operation.ts';
import { snapshotOf } from '../operation/snapshot.ts';
import { workspaceOf } from '../workspace/workspace.ts';
import { backToWork } from './back.ts';
import { fact, moved } from './fact.ts';
import { afterRequester, moveTo } from './status.ts';
import type { Ticket } from './ticket.ts';
import { woken } from './wake.ts';
import { ResolutionCode, TicketStatus } from './words.ts';

const ACTIVE: ReadonlySet<TicketStatus> = new Set([TicketStatus.NEW, TicketStatus.OPEN]);

/** Folds tickets of one requester into another: what was said in them, and is said to them from now on, stands there. */
export async function merge(ctx: Context, { ids, intoId, expectedVersion }: TicketMergeInput): Promise<TicketMergePayload> {
  const named = [{ id: intoId, field: 'intoId' }, ...ids.map((id, at) => ({ id, field: `ids.${at}` }))];
  const [into, ...from] = (await lockedAll(ctx, named)) as [Ticket, ...Ticket[]];
  expectVersion(into, expectedVersion);
  refuse(into, from);
  const at = new Date();
  const touched = [into, ...from].map((ticket): Touched => ({
    ticket,
    part: ticket === into ? 'INTO' : 'FROM',
    before: snapshotOf(ticket),
  }));
  const operation = begin(ctx, OperationKind.MERGE, at);
  const { closeAfter } = await workspaceOf(ctx);
  const given = from.flatMap((ticket) => fold(ctx, ticket, { into, operation, at, closeAfter }));
  const taken = await take(ctx, touched, { operation, at, closeAfter });
  await keepMessages(
    ctx,
    operation,
    from.map(({ id }) => id),
  );
  await move(ctx, from, into);
  await reindex(ctx, [into, ...from]);
  await recordAll(ctx, [...taken, ...given]);
  await keepTickets(ctx, operation, touched);
  return { ticket: into, operation, userErrors: [] };
}

/** Somebody else's tickets are not folded in: their messages would be read by the wrong requester. */
function refuse(into: Ticket, from: readonly Ticket[]): void {
  if (new Set([into, ...from]).size <= from.length) throw new Refusal('INVALID', 'ids');
  for (const [ticket, field] of [[into, 'intoId'] as const, ...from.map((each, at) => [each, `ids.${at}`] as const)]) {
    if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', field);
    if (ticket.status === TicketStatus.CLOSED) throw new Refusal('TICKET_CLOSED', field);
    if (ticket.requesterId !== into.requesterId) throw new Refusal('INVALID', field);
  }
}

interface Fold {
  into: Ticket;
  operation: Operation;
  at: Date;
  closeAfter: string;
}

/** Nobody works on it twice: it is solved, and closed once this can't be taken back any more. */
function fold(ctx: Context, ticket: Ticket, { into, operation, at, closeAfter }: Fold): NewFact[] {
  const { status } = ticket;
  ticket.mergedIntoId = into.id;
  const changes = { mergedInto: [null, into.id] as [unknown, unknown] };
  const folded = fact('ticket.merged', ticket, { at, operationId: operation.id, changes });
  const by = ctx.actor.kind === 'agent' ? ctx.actor.id : ticket.assigneeId;
  const hasMoved = moveTo(ticket, TicketStatus.SOLVED, at, closeAfter, { by, code: ResolutionCode.DUPLICATE, text: null });
  ticket.closesAt = new Date(Math.max(ticket.closesAt?.getTime() ?? 0, operation.undoableUntil.getTime()));
  const solved = hasMoved ? [moved(ticket, status, { at, resolutionCode: ResolutionCode.DUPLICATE })] : [];
  return [folded, ...solved, ...woken(ticket, 'status', at)];
}

/** What an agent must act on, or waits for an answer, does so in the other ticket, and brings that one back to work as a reply would. */
async function take(
  ctx: Context,
  [into, ...from]: readonly Touched[],
  { operation, at, closeAfter }: Omit<Fold, 'into'>,
): Promise<NewFact[]> {
  const { ticket } = into!;
  const { status } = ticket;
  const waits = from.flatMap(({ before }) => before.waitingSince ?? []);
  const replies = from.flatMap(({ before }) => before.firstReplyAt ?? []).filter((reply) => reply >= ticket.createdAt);
  ticket.waitingSince = earliest(waits, ticket.waitingSince);
  ticket.handled ||= from.some(({ before }) => before.handled);
  ticket.firstReplyAt ??= earliest(replies, null);
  const fromIds = from.map((each) => each.ticket.id);
  const facts = [fact('ticket.merged', ticket, { at, operationId: operation.id, fromIds })];
  if (!waits.length && !from.some(({ before }) => ACTIVE.has(before.status))) return facts;
  if (ticket.wakeOnReply) facts.push(...woken(ticket, 'reply', at));
  if (moveTo(ticket, afterRequester(status), at, closeAfter)) facts.push(moved(ticket, status, { at }));
  return [...facts, ...(await backToWork(ctx, ticket, status))];
}

const earliest = (instants: readonly Date[], or: Date | null): Date | null =>
  [...instants, ...(or ? [or] : [])].reduce<Date | null>((first, at) => (first && first <= at ? first : at), null);

async function move(ctx: Context, from: readonly Ticket[], into: Ticket): Promise<void> {
  const ids = from.map(({ id }) => id);
  await sql`
    update message set home_id = coalesce(home_id, ticket_id), ticket_id = ${uuidOf('tkt', into.id)}::uuid
    where ticket_id = any(${uuids('tkt', ids)})`.execute(ctx.em.getKysely());
}
