import type { Changes } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';

/** Who takes part in a ticket beside its requester, as the ticket itself knows it. */
export type ParticipantIds = Pick<Ticket, 'ccIds' | 'followerIds'>;

const KINDS = ['ccIds', 'followerIds'] as const;

/** Makes these the people of a kind, each once; the requester needs no copies. Says what changed. */
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

/** The people of other tickets take part in this one as well. */
export function mergeParticipants(ticket: Ticket, from: readonly ParticipantIds[]): Changes {
  const changes: Changes = {};
  for (const kind of KINDS)
    Object.assign(
      changes,
      setParticipants(ticket, kind, [...ticket[kind], ...from.flatMap((each) => each[kind])]),
    );
  return changes;
}

/** Those who came with other tickets leave again, but for whom some that stay, or the ticket itself, had too. */
export function removeMergedParticipants(
  ticket: Ticket,
  gone: readonly Partial<ParticipantIds>[],
  stay: readonly Partial<ParticipantIds>[],
): Changes {
  const changes: Changes = {};
  for (const kind of KINDS) {
    const kept = new Set(stay.flatMap((each) => each[kind] ?? []));
    const leaving = new Set(gone.flatMap((each) => each[kind] ?? []).filter((id) => !kept.has(id)));
    const left = ticket[kind].filter((id) => !leaving.has(id));
    Object.assign(changes, setParticipants(ticket, kind, left));
  }
  return changes;
}
