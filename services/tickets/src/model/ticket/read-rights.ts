import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/** An app or a person without any scope for tickets has none, on whatever way it comes to them: by its customers, by an id. */
export const canReadTickets = ({ kind, scopes }: Actor): boolean =>
  kind === 'system' || scopes.some((scope) => scope.startsWith('tickets:'));

/** What is in the bin exists only for those who may bring it back. */
export const canReadBin = (actor: Actor): boolean =>
  actor.kind === 'system' ||
  (actor.scopes.includes('tickets:write') && (actor.kind === 'app' || hasRole(actor, Role.LEAD)));

/** Requesters never learn of ON_HOLD. */
export const canSeeOnHold = (actor: Actor): boolean => actor.role !== Role.REQUESTER;

export const visibleStatus = (actor: Actor, status: TicketStatus): TicketStatus =>
  status === TicketStatus.ON_HOLD && !canSeeOnHold(actor) ? TicketStatus.OPEN : status;

/** The column of the last change that the actor may know of. */
export const changedAtColumn = (actor: Actor) =>
  canSeeOnHold(actor) ? sql.ref('t.updated_at') : sql.ref('t.public_updated_at');
