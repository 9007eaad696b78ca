import type { NewFact } from '@deskgraph/common/events';
import type { Ticket } from './ticket.ts';
import { TicketStatus } from './words.ts';

/** The ticket as every fact about it carries it, for whoever follows the log. */
export const stateOf = (ticket: Ticket) => ({
  number: ticket.number,
  subject: ticket.subject,
  status: ticket.status,
  priority: ticket.priority,
  channel: ticket.channel,
  categoryId: ticket.categoryId,
  departmentId: ticket.departmentId,
  assigneeId: ticket.assigneeId,
  requesterId: ticket.requesterId,
  organizationId: ticket.organizationId,
  tags: ticket.tags,
  fields: ticket.fields,
  locale: ticket.locale,
  createdAt: ticket.createdAt.toISOString(),
  solvedAt: ticket.solvedAt?.toISOString() ?? null,
  waitingSince: ticket.waitingSince?.toISOString() ?? null,
  mergedIntoId: ticket.mergedIntoId,
  snooze: ticket.snooze,
  spam: ticket.spam,
  deletedAt: ticket.deletedAt?.toISOString() ?? null,
});

export type Changes = Record<string, [from: unknown, to: unknown]>;

export interface FactDetails extends Pick<NewFact, 'at' | 'actor'> {
  /** Requesters must not notice it. */
  internal?: boolean;
  [detail: string]: unknown;
}

/** A move between statuses, and what else changed by it, as a fact; what only concerns ON_HOLD is internal. */
export const moved = (ticket: Ticket, from: TicketStatus, { changes, ...details }: FactDetails & { changes?: Changes } = {}): NewFact =>
  fact('ticket.status_changed', ticket, {
    changes: { status: [from, ticket.status], ...changes },
    internal: publicly(from) === publicly(ticket.status),
    ...details,
  });

const publicly = (status: TicketStatus): TicketStatus => (status === TicketStatus.ON_HOLD ? TicketStatus.OPEN : status);

/** A change of a ticket as a fact; the ticket's version grows with it. */
export function fact(type: string, ticket: Ticket, { at = new Date(), ...details }: FactDetails): NewFact {
  const { internal } = details;
  if (type !== 'ticket.created') {
    ticket.version += 1;
    if (!internal) ticket.publicVersion += 1;
  }
  ticket.updatedAt = at;
  if (!internal) ticket.publicUpdatedAt = at;
  return stored(type, ticket, { at, ...details });
}

/** A change that is stored already, with the version that it made. */
export function stored(type: string, ticket: Ticket, given: FactDetails): NewFact {
  const { at = new Date(), actor, internal: _, ...details } = given;
  return {
    type,
    subject: { id: ticket.id, version: ticket.version },
    data: { state: stateOf(ticket), publicVersion: ticket.publicVersion, ...details },
    at,
    ...(actor && { actor }),
  };
}
