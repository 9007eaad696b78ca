import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { sql } from '@deskgraph/common/database/database';

/** An actor without a scope for tickets sees none, by whatever path: by id, or by a customer. */
export const canReadTickets = ({ kind, scopes }: Actor): boolean =>
  kind === 'system' || scopes.some((scope) => scope.startsWith('tickets:'));

/** Tickets in the bin are visible to actors who may restore them. */
export const canReadBin = (actor: Actor): boolean =>
  actor.kind === 'system' ||
  (actor.scopes.includes('tickets:write') && (actor.kind === 'app' || hasRole(actor, Role.LEAD)));

/** Requesters see OPEN instead of ON_HOLD. */
export const canSeeOnHold = (actor: Actor): boolean => actor.role !== Role.REQUESTER;

export const visibleStatus = (actor: Actor, status: TicketStatus): TicketStatus =>
  status === TicketStatus.ON_HOLD && !canSeeOnHold(actor) ? TicketStatus.OPEN : status;

/** The column with the time of the last change that the actor may see. */
export const changedAtColumn = (actor: Actor) =>
  canSeeOnHold(actor) ? sql.ref('t.updated_at') : sql.ref('t.public_updated_at');
