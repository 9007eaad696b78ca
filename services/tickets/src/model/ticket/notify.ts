import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { ticketEvent } from './events.ts';
import type { Ticket } from './ticket.ts';

export interface NotifyTargets {
  notifyAgentIds?: readonly string[] | null | undefined;
  notifyDepartment?: boolean | null | undefined;
}

/** Calls people to a ticket that is at hand. Who they are stands in the fact; whoever tells people reads it there. */
export async function notifyAboutTicket(
  ctx: Context,
  ticket: Ticket,
  { notifyAgentIds, notifyDepartment }: NotifyTargets,
): Promise<void> {
  if (!notifyAgentIds?.length && !notifyDepartment) return;
  const called = { agentIds: notifyAgentIds ?? [], team: Boolean(notifyDepartment) };
  await appendEvents(ctx, [ticketEvent('ticket.notified', ticket, { ...called, internal: true })]);
}
