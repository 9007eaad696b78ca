import type { Timer } from '@deskgraph/common/jobs/scheduler';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { Ticket } from '../../model/ticket/ticket.ts';
import { escalationPathById } from './queries.ts';
import { nextEscalationStep, takeStep } from './step.ts';

/** Nobody has solved it in time: the next step comes, for the reason of the first. */
async function takeScheduledStep(ctx: Context, row: object): Promise<void> {
  const ticket = ctx.em.map(Ticket, row as never);
  ticket.escalatesAt = null;
  const { escalation } = ticket;
  const path = escalation?.pathId && (await escalationPathById(ctx, escalation.pathId));
  const step = path && (await nextEscalationStep(ctx, ticket, path, escalation!.step));
  if (step) await appendEvents(ctx, await takeStep(ctx, ticket, step, escalation!.reason, 'time'));
}

/** A ticket that is escalated, and has a step before it. */
export const escalationTask: Timer = {
  table: 'ticket',
  column: 'escalates_at',
  ring: takeScheduledStep,
};
