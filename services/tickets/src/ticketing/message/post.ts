import type { Actor } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import type { NewEvent } from '@deskgraph/common/events/types';
import { refuseMissingFields } from '../../configuration/form/form-fields.ts';
import { messageAddedEvent } from '../../model/message/events.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { statusChangedEvent, statusSnapshot } from '../../model/ticket/events.ts';
import { refuseOpenChildren } from '../../model/ticket/open-children.ts';
import { prepareSolution } from '../../model/ticket/resolution.ts';
import {
  statusAfterAgentAction,
  statusAfterRequesterReply,
  refuseInvalidTransition,
  applyStatus,
} from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import { endSnooze, endPendingWork } from '../../model/ticket/pending-work.ts';
import { cancelScheduledMessages } from './cancel.ts';
import { indexMessages } from './search-index.ts';

/**
 * Applies the effects of a message of the caller on its ticket, once the message can be read:
 * search index, response timers, status, snooze and scheduled messages. `status` is the status to
 * which the message moves the ticket; without it the message's author decides. Returns the events
 * to append.
 */
export async function postMessage(
  ctx: Context,
  ticket: Ticket,
  message: Message,
  status?: TicketStatus | null,
): Promise<NewEvent[]> {
  const messageAdded = messageAddedEvent(
    ticket,
    message,
    updateResponseTimers(ctx.actor, ticket, message),
  );
  const events = [messageAdded, ...(await moveStatus(ctx, ticket, message, status))];
  await indexMessages(ctx, ticket.id, [message]);
  if (ctx.actor.kind !== 'customer') return events;
  if (ticket.wakeOnReply) events.push(...endSnooze(ticket, 'reply', message.createdAt));
  return [...events, ...(await cancelScheduledMessages(ctx, ticket, 'reply'))];
}

/**
 * Applies a public message to the response timers of its ticket. Returns whether the message is the
 * first reply of an agent; replies of apps do not count as such.
 */
export function updateResponseTimers(actor: Actor, ticket: Ticket, message: Message): boolean {
  if (message.visibility === MessageVisibility.PRIVATE) return false;
  if (actor.kind === 'customer') {
    ticket.waitingSince ??= message.createdAt;
    return false;
  }
  ticket.waitingSince = null;
  if (actor.kind !== 'agent') return false;
  ticket.handled = true;
  const isFirst = ticket.firstReplyAt === null;
  ticket.firstReplyAt ??= message.createdAt;
  return isFirst;
}

async function moveStatus(
  ctx: Context,
  ticket: Ticket,
  message: Message,
  status?: TicketStatus | null,
): Promise<NewEvent[]> {
  const from = statusSnapshot(ticket);
  const to = status ?? automaticStatus(ctx.actor, from.status, message);
  if (!status && to === from.status) return [];
  if (status) await refuseStatusMove(ctx, ticket, to);
  if (to === from.status && !from.customStatusId) return [];
  const isSolving = to === TicketStatus.SOLVED && from.status !== to;
  const solution = isSolving ? prepareSolution(ctx.actor, ticket, {}) : undefined;
  applyStatus(ticket, to, message.createdAt, (await currentWorkspace(ctx)).closeAfter, solution);
  ticket.customStatusId = null;
  const details = solution ? { resolutionCode: solution.code, changes: solution.changes } : {};
  return [
    statusChangedEvent(ticket, from, status ? details : { cause: 'reply' }),
    ...(solution ? endPendingWork(ticket, message.createdAt) : []),
    ...(await clearInactiveAssignment(ctx, ticket, from.status)),
  ];
}

function automaticStatus(actor: Actor, status: TicketStatus, message: Message): TicketStatus {
  if (message.visibility === MessageVisibility.PRIVATE) return status;
  return actor.kind === 'customer'
    ? statusAfterRequesterReply(status)
    : statusAfterAgentAction(status);
}

/** Refuses a status to which a message cannot move its ticket. */
export async function refuseStatusMove(
  ctx: Context,
  ticket: Ticket,
  to: TicketStatus,
): Promise<void> {
  refuseInvalidTransition(ticket.status, to, await currentWorkspace(ctx), 'status');
  if (to !== TicketStatus.SOLVED || ticket.status === to) return;
  await refuseOpenChildren(ctx, ticket.id, 'status');
  await refuseMissingFields(ctx, ticket, 'SOLVE', { status: to, customStatusId: null });
}
