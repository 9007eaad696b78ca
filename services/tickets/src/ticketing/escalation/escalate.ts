import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { againstWork, refuse } from '../../model/ticket/preconditions.ts';
import { locked } from '../../model/lookup/lock.ts';
import { requireAssigneeId } from '../../staff/references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';
import { escalationPathById } from './queries.ts';
import type { TicketEscalateInput, TicketEscalatePayload } from './input.ts';
import { escalationPathFor } from './match.ts';
import { type EscalationTarget, nextEscalationStep, putEscalation, takeStep } from './step.ts';

/** To the next who can help: the next step of the ticket's path, or an agent by name. */
export async function escalateTicket(
  ctx: Context,
  { id, reason, toAgentId }: TicketEscalateInput,
): Promise<TicketEscalatePayload> {
  const ticket = await locked(ctx, id);
  refuse(againstWork(ticket), 'id');
  if (ticket.status === TicketStatus.SOLVED) throw new Refusal('STATUS_NOT_ALLOWED', 'id');
  if (typeof toAgentId === 'string') {
    const to = { assigneeId: await requireAssigneeId(ctx, toAgentId, 'toAgentId') };
    await appendEvents(
      ctx,
      await putEscalation(
        ctx,
        ticket,
        { pathId: null, step: 1, reason },
        { to, next: null, cause: 'hand' },
      ),
    );
    return { ticket, userErrors: [] };
  }
  const step = await stepFor(ctx, ticket);
  if (!step) throw new Refusal('NO_STEP_LEFT', 'toAgentId');
  await appendEvents(ctx, await takeStep(ctx, ticket, step, reason, 'hand'));
  return { ticket, userErrors: [] };
}

/** On the path that it is on already, else on its path from the beginning. */
async function stepFor(ctx: Context, ticket: Ticket): Promise<EscalationTarget | undefined> {
  const { pathId, step } = ticket.escalation ?? { pathId: null, step: 0 };
  const current = pathId && (await escalationPathById(ctx, pathId));
  if (current) return nextEscalationStep(ctx, ticket, current, step);
  const path = await escalationPathFor(ctx, ticket);
  return path && nextEscalationStep(ctx, ticket, path, 0);
}
