import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import type { Operation } from '../../model/operation/operation.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { moveToBin } from '../../ticketing/bin/mutations.ts';
import { type UndoPlan, type UndoTarget, undoConflict } from './undo-target.ts';

/**
 * Plans the undo of a grouping: unlinks the incidents from the problem. A link that was removed
 * since is already gone; one that was created again since is a conflict. A problem that the
 * operation created and that has not changed since is moved to the bin.
 */
export async function planUngroup(
  ctx: Context,
  operation: Operation,
  targets: UndoTarget[],
): Promise<UndoPlan> {
  const problem = targets.find(({ role }) => role === 'INTO');
  const incidents = targets.filter(({ role }) => role === 'FROM');
  if (!problem) throw new Refusal('UNDO_EXPIRED', 'id');
  const linkedAt = await linkTimes(
    ctx,
    problem.ticket,
    incidents.map(({ ticket }) => ticket),
  );
  const isLinkOfOperation = ({ ticket }: UndoTarget): boolean =>
    linkedAt.get(ticket.id) === operation.createdAt.getTime();
  const linked = incidents.filter(isLinkOfOperation);
  const conflicts = incidents
    .filter((incident) => linkedAt.has(incident.ticket.id) && !isLinkOfOperation(incident))
    .map((incident) => undoConflict(incident, 'links'));
  return {
    conflicts,
    isPossible: linked.length > 0,
    apply: (now) =>
      applyUngroup(ctx, operation, {
        problem,
        incidents: linked.map(({ ticket }) => ticket),
        now,
      }),
  };
}

/** By ticket id: the time in milliseconds at which the ticket became an incident of the problem. */
async function linkTimes(
  ctx: Context,
  problem: Ticket,
  tickets: readonly Ticket[],
): Promise<Map<string, number>> {
  const links = await execute(
    ctx,
    sql<{ ticket_id: string; created_at: string | Date }>`
      select ticket_id, created_at from ticket_link
      where kind = 'PROBLEM' and other_id = ${uuidOf('tkt', problem.id)}::uuid
        and ticket_id = any(${ids('tkt', tickets)})`,
  );
  return new Map(
    links.map(({ ticket_id: id, created_at: createdAt }) => [
      toId('tkt', id),
      new Date(createdAt).getTime(),
    ]),
  );
}

async function applyUngroup(
  ctx: Context,
  { id, kind, createdAt }: Operation,
  { problem, incidents, now }: { problem: UndoTarget; incidents: Ticket[]; now: Date },
): Promise<NewEvent[]> {
  const { ticket, version } = problem;
  const problemUuid = sql`${uuidOf('tkt', ticket.id)}::uuid`;
  const incidentUuids = ids('tkt', incidents);
  await execute(
    ctx,
    sql`
      delete from ticket_link
      where (kind = 'PROBLEM' and other_id = ${problemUuid} and ticket_id = any(${incidentUuids}))
        or (kind = 'INCIDENT' and ticket_id = ${problemUuid} and other_id = any(${incidentUuids}))`,
  );
  for (const incident of incidents) incident.problemId = null;
  const isUnused =
    ticket.createdAt.getTime() === createdAt.getTime() &&
    ticket.version === version &&
    !ticket.deletedAt;
  const details = { occurredAt: now, operationId: id, kind, internal: true };
  const events = [
    ...incidents.map((incident) =>
      ticketEvent('operation.undone', incident, {
        ...details,
        changes: { links: [{ kind: 'PROBLEM', ticketId: ticket.id }, null] },
      }),
    ),
    ticketEvent('operation.undone', ticket, {
      ...details,
      changes: {
        links: [{ kind: 'INCIDENT', ticketIds: incidents.map((incident) => incident.id) }, null],
      },
    }),
  ];
  return isUnused ? [...events, moveToBin(ticket, now)] : events;
}
