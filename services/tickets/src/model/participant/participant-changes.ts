import type { NewEvent } from '@deskgraph/common/events/types';
import { ticketEvent } from '../ticket/events.ts';
import type { Ticket } from '../ticket/ticket.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';

/** The ids of the customers who get copies and of the agents who follow a ticket. */
export type ParticipantIds = Pick<Ticket, 'ccIds' | 'followerIds'>;

const KINDS = ['ccIds', 'followerIds'] as const;

/**
 * Replaces the participants of one kind, without duplicates and without the requester, who needs no
 * copies. Returns the changed fields.
 */
export function setParticipants(
  ticket: Ticket,
  kind: keyof ParticipantIds,
  ids: readonly string[],
): Changes {
  const before = ticket[kind];
  const after = [...new Set(ids)].filter((id) => id !== ticket.requesterId);
  if (after.length === before.length && after.every((id) => before.includes(id))) return {};
  ticket[kind] = after;
  return { [kind]: [before, after] };
}

/** Adds the participants of merged tickets. Returns the changed fields. */
export function mergeParticipants(ticket: Ticket, merged: readonly ParticipantIds[]): Changes {
  const changes: Changes = {};
  for (const kind of KINDS)
    Object.assign(
      changes,
      setParticipants(ticket, kind, [...ticket[kind], ...merged.flatMap((ids) => ids[kind])]),
    );
  return changes;
}

/**
 * Removes the participants that came with merged tickets, unless a remaining source (the ticket
 * before the merge, or a ticket that stays merged) has them too. Returns the changed fields.
 */
export function removeMergedParticipants(
  ticket: Ticket,
  removed: readonly Partial<ParticipantIds>[],
  remaining: readonly Partial<ParticipantIds>[],
): Changes {
  const changes: Changes = {};
  for (const kind of KINDS) {
    const kept = new Set(remaining.flatMap((ids) => ids[kind] ?? []));
    const leaving = new Set(
      removed.flatMap((ids) => ids[kind] ?? []).filter((id) => !kept.has(id)),
    );
    const staying = ticket[kind].filter((id) => !leaving.has(id));
    Object.assign(changes, setParticipants(ticket, kind, staying));
  }
  return changes;
}

/** The event of changed participants, if any; changes of followers are internal. */
export const participantsChangedEvents = (ticket: Ticket, changes: Changes): NewEvent[] =>
  Object.keys(changes).length
    ? [
        ticketEvent('ticket.participants_changed', ticket, {
          changes,
          internal: !('ccIds' in changes),
        }),
      ]
    : [];
