import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { managedEntity } from '@deskgraph/common/database/query';
import type { ScheduledTask } from '@deskgraph/common/jobs/scheduler';
import { workBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import { lockTicket } from '../../model/lookup/lock.ts';
import { requireAssigneeId } from '../../staff/references.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { escalationPathById, escalationPathFor } from './queries.ts';
import type { TicketEscalateInput, TicketEscalatePayload } from './input.ts';
import { type EscalationTarget, nextEscalationStep, startEscalation, takeStep } from './step.ts';

/**
 * Escalates a ticket to a chosen agent, or to the next step of the ticket's path. A chosen agent is
 * the only step: no further ones follow.
 */
export async function escalateTicket(
  ctx: Context,
  { id, reason, toAgentId }: TicketEscalateInput,
): Promise<TicketEscalatePayload> {
  const ticket = await lockTicket(ctx, id);
  refuseIfBlocked(workBlocker(ticket), 'id');
  if (ticket.status === TicketStatus.SOLVED) throw new Refusal('STATUS_NOT_ALLOWED', 'id');
  if (typeof toAgentId === 'string') {
    const events = await startEscalation(ctx, ticket, {
      escalation: { pathId: null, step: 1, reason },
      assignment: { assigneeId: await requireAssigneeId(ctx, toAgentId, 'toAgentId') },
      nextAt: null,
      cause: 'hand',
    });
    await appendEvents(ctx, events);
    return { ticket, userErrors: [] };
  }
  const target = await nextTargetOf(ctx, ticket);
  if (!target) throw new Refusal('NO_STEP_LEFT', 'toAgentId');
  await appendEvents(ctx, await takeStep(ctx, ticket, target, { reason, cause: 'hand' }));
  return { ticket, userErrors: [] };
}

/** The next step of the path that the ticket is on, else the first step of the matching path. */
async function nextTargetOf(ctx: Context, ticket: Ticket): Promise<EscalationTarget | undefined> {
  const { pathId, step } = ticket.escalation ?? { pathId: null, step: 0 };
  const current = pathId && (await escalationPathById(ctx, pathId));
  if (current) return nextEscalationStep(ctx, ticket, current, step);
  const path = await escalationPathFor(ctx, ticket);
  return path && nextEscalationStep(ctx, ticket, path, 0);
}

/** Takes the next step of an escalation that was not ended in time, with the reason of the first. */
async function takeScheduledStep(ctx: Context, row: object): Promise<void> {
  const ticket = managedEntity(ctx, Ticket, row);
  ticket.escalatesAt = null;
  const { escalation } = ticket;
  const path = escalation?.pathId && (await escalationPathById(ctx, escalation.pathId));
  if (!path) return;
  const target = await nextEscalationStep(ctx, ticket, path, escalation!.step);
  if (!target) return;
  const { reason } = escalation!;
  await appendEvents(ctx, await takeStep(ctx, ticket, target, { reason, cause: 'time' }));
}

export const escalationTask: ScheduledTask = {
  table: 'ticket',
  column: 'escalates_at',
  run: takeScheduledStep,
};
