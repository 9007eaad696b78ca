import type { Timer } from '@deskgraph/common/jobs/scheduler';
import { recordAll } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { Ticket } from '../../model/ticket/ticket.ts';
import { byId } from './find.ts';
import { nextStep, take } from './step.ts';

/** Nobody has solved it in time: the next step comes, for the reason of the first. */
async function rise(ctx: Context, row: object): Promise<void> {
  const ticket = ctx.em.map(Ticket, row as never);
  ticket.escalatesAt = null;
  const { escalation } = ticket;
  const path = escalation?.pathId && (await byId(ctx, escalation.pathId));
  const step = path && (await nextStep(ctx, ticket, path, escalation!.step));
  if (step) await recordAll(ctx, await take(ctx, ticket, step, escalation!.reason, 'time'));
}

/** A ticket that is escalated, and has a step before it. */
export const escalationTimer: Timer = { table: 'ticket', column: 'escalates_at', ring: rise };
