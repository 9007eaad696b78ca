import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { ResolutionCode } from '@deskgraph/common/contract/ticket-enums';
import type { Changes } from './events.ts';
import type { Solution } from './status-rules.ts';
import type { Ticket } from './ticket.ts';

interface Resolution {
  resolutionCode?: ResolutionCode | null | undefined;
  resolution?: string | null | undefined;
}

/**
 * Prepares the move of a ticket to SOLVED; an agent who solves an unassigned ticket becomes its
 * assignee. Without a resolution code the ticket needs an assignee (ASSIGNEE_REQUIRED at `field`) and
 * a reply of an agent (REQUIRED at `resolutionCode`).
 */
export function prepareSolution(
  actor: Actor,
  ticket: Ticket,
  { resolutionCode, resolution }: Resolution,
  field = 'status',
): Solution {
  const changes: Changes = {};
  if (!ticket.assigneeId && actor.kind === 'agent') {
    changes['assigneeId'] = [null, actor.id];
    ticket.assigneeId = actor.id;
  }
  if (!ticket.assigneeId && !resolutionCode) throw new Refusal('ASSIGNEE_REQUIRED', field);
  if (!ticket.handled && !resolutionCode) throw new Refusal('REQUIRED', 'resolutionCode');
  return {
    by: actor.kind === 'agent' ? actor.id : ticket.assigneeId,
    code: resolutionCode ?? ResolutionCode.ANSWERED,
    text: resolution ?? null,
    changes,
  };
}
