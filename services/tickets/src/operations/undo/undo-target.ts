import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { lockCustomStatusesForShare } from '../../configuration/status/target.ts';
import { eventsOfTicketsSql } from '../../history/event/event-log.ts';
import { lockTicketRows } from '../../model/lookup/lock.ts';
import type { OperationRole } from '../../model/operation/journal.ts';
import type { Operation, UndoConflict } from '../../model/operation/operation.ts';
import { type TicketSnapshot, parseSnapshot } from '../../model/operation/snapshot.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** A ticket of an operation that is to be undone. */
export interface UndoTarget {
  /** The ticket as it is now. */
  ticket: Ticket;
  role: OperationRole;
  /** The state before the operation. */
  before: TicketSnapshot;
  /** The fields that the operation changed, as it left them. Empty for merges and splits. */
  after: Partial<TicketSnapshot>;
  /** The status in which a merge or split left the ticket. */
  statusAfter: TicketStatus;
  /** The ticket version after the operation. */
  version: number;
  /**
   * The fields that were changed after the operation, with the version of the last such event.
   * `messages` means that messages were split off.
   */
  laterChanges: ReadonlyMap<string, number>;
}

/** How an operation can be undone. */
export interface UndoPlan {
  conflicts: UndoConflict[];
  /** Whether at least one part has no conflict. */
  isPossible: boolean;
  /** Undoes the parts without conflict. Returns the events to append. */
  apply: (now: Date) => Promise<NewEvent[]>;
}

/** The conflict with the last event since the operation that changed the field. */
export const undoConflict = (
  { ticket, laterChanges }: UndoTarget,
  field: string,
): UndoConflict => ({
  ticketId: ticket.id,
  field,
  version: laterChanges.get(field) ?? 0,
});

interface OperationTicketRow {
  ticket_id: string;
  part: OperationRole;
  version: number;
  before: { became: TicketStatus; customStatusId?: string | null };
  after: object | null;
}

/**
 * Locks the tickets of an operation and reads their later changes. The caller stores the changed
 * tickets: the unit of work does not know them.
 */
export async function lockUndoTargets(
  ctx: Context,
  operation: Operation,
  maxTickets?: number,
): Promise<UndoTarget[]> {
  const journal = await execute(
    ctx,
    sql<OperationTicketRow>`
      select ticket_id, part, version, before, after from operation_ticket
      where operation_id = ${uuidOf('opr', operation.id)}::uuid
      order by ticket_id limit ${maxTickets ?? null}`,
  );
  const entries = journal.map(({ ticket_id: ticketId, part, version, before, after }) => ({
    id: toId('tkt', ticketId),
    part,
    version,
    before,
    after,
  }));
  const ticketRows = await lockTicketRows(
    ctx,
    entries.map(({ id }) => id),
  );
  const tickets = new Map(
    hydrate(ctx.orm, Ticket, ticketRows).map((ticket) => [ticket.id, ticket]),
  );
  const offeredStatuses = await lockCustomStatusesForShare(
    ctx,
    entries.flatMap(({ before }) => before.customStatusId ?? []),
  );
  const offeredStatusIds = new Set(offeredStatuses.map(({ id }) => id));
  const laterChanges = await laterChangesOf(ctx, operation, entries);
  return entries
    .filter(({ id }) => tickets.has(id))
    .map(({ id, part, version, before, after }) => ({
      ticket: tickets.get(id)!,
      role: part,
      before: parseSnapshot(before, offeredStatusIds),
      after: parseSnapshot(after ?? {}, offeredStatusIds),
      statusAfter: before.became,
      version,
      laterChanges: laterChanges.get(id) ?? new Map<string, number>(),
    }));
}

/** Refuses to move messages from or to tickets that the caller cannot see or that are deleted. */
export function refuseUnavailableTickets({ actor }: Context, targets: readonly UndoTarget[]): void {
  if (!targets.every(({ ticket }) => isTicketVisible(actor, ticket)))
    throw new Refusal('NOT_FOUND', 'id');
  if (targets.some(({ ticket }) => ticket.deletedAt)) throw new Refusal('TICKET_DELETED', 'id');
}

/** The later changes of each ticket, without those of the operation itself. */
async function laterChangesOf(
  ctx: Context,
  { id: operationId }: Operation,
  entries: readonly { id: string; version: number }[],
): Promise<Map<string, Map<string, number>>> {
  const ticketIds = entries.map(({ id }) => id);
  const versions = entries.map(({ version }) => version);
  const found = await execute(
    ctx,
    sql<{ id: string; field: string; version: number }>`
      select entry.id, changed.field, max(e.version) as version
      from unnest(${ticketIds}::text[], ${versions}::integer[]) as entry(id, version)
      join ${eventsOfTicketsSql(ctx.workspace, ticketIds)}
        on e.subject = entry.id and e.version > entry.version
      cross join lateral (
        select jsonb_object_keys(e.data -> 'changes') as field
        union select 'messages' where e.type = 'ticket.split'
      ) changed
      where (e.data #>> '{because,operationId}') is distinct from ${operationId}
      group by entry.id, changed.field`,
  );
  const byTicket = new Map<string, Map<string, number>>();
  for (const { id, field, version } of found)
    byTicket.set(id, (byTicket.get(id) ?? new Map<string, number>()).set(field, version));
  return byTicket;
}
