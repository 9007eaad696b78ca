import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { managedEntity } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { refuseMissingFields } from '../../configuration/form/form-fields.ts';
import { isSameForRequester, resolveTargetStatus } from '../../configuration/status/target.ts';
import { refuseUnseenActivity } from '../../history/event/conflict-check.ts';
import { lockTicket } from '../../model/lookup/lock.ts';
import { messageAddedEvent } from '../../model/message/events.ts';
import { endPendingWork } from '../../model/ticket/pending-work.ts';
import { isSameStatus, statusChangedEvent, statusSnapshot } from '../../model/ticket/events.ts';
import { refuseOpenChildren } from '../../model/ticket/open-children.ts';
import { statusBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import { prepareSolution } from '../../model/ticket/resolution.ts';
import {
  refuseInvalidTransition,
  closeTicket,
  applyStatus,
} from '../../model/ticket/status-rules.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import { solveIncidents } from '../link/solve-incidents.ts';
import { updateResponseTimers } from '../message/post.ts';
import { indexPublicMessages } from '../message/search-index.ts';
import { createReplies } from '../message/write.ts';
import type { TicketStatusChangeInput, TicketStatusChangePayload } from './workflow-input.ts';

/**
 * Moves a ticket to a status, as the table of allowed moves permits. When a problem is solved, its
 * incidents are solved with it.
 */
export async function changeTicketStatus(
  ctx: Context,
  input: TicketStatusChangeInput,
): Promise<TicketStatusChangePayload> {
  const target = await resolveTargetStatus(ctx, input);
  const ticket = await lockTicket(ctx, input.id);
  refuseStaleVersion(ticket, input.expectedVersion);
  refuseIfBlocked(statusBlocker(ticket), 'id');
  if (input.seen) await refuseUnseenActivity(ctx, ticket, input.seen);
  const from = statusSnapshot(ticket);
  const to = { status: target.status, customStatusId: target.customStatus?.id ?? null };
  const isSolving = to.status === TicketStatus.SOLVED && from.status !== TicketStatus.SOLVED;
  if (input.reply && !isSolving) throw new Refusal('INVALID', 'reply');
  const workspace = await currentWorkspace(ctx);
  refuseInvalidTransition(from.status, to.status, workspace, target.field);
  if (isSameStatus(from, to)) return { ticket, userErrors: [] };
  if (isSolving) {
    await refuseOpenChildren(ctx, ticket.id, target.field);
    await refuseMissingFields(ctx, ticket, 'SOLVE', to);
  }
  const now = new Date();
  const { closeAfter } = workspace;
  const events = input.reply ? await addReply(ctx, ticket, input.reply, now) : [];
  const solution = isSolving ? prepareSolution(ctx.actor, ticket, input, target.field) : undefined;
  applyStatus(ticket, to.status, now, closeAfter, solution);
  ticket.customStatusId = to.customStatusId;
  events.push(
    statusChangedEvent(ticket, from, {
      occurredAt: now,
      ...(solution && { resolutionCode: solution.code, changes: solution.changes }),
      looksTheSame: await isSameForRequester(ctx, from, to),
    }),
  );
  if (solution) events.push(...endPendingWork(ticket, now));
  if (solution && input.solveIncidents !== false) {
    const options = { solvedAt: now, closeAfter, reply: input.reply };
    events.push(...(await solveIncidents(ctx, ticket, options)));
  }
  const unassigned = await clearInactiveAssignment(ctx, ticket, from.status);
  await appendEvents(ctx, [...events, ...unassigned]);
  return { ticket, userErrors: [] };
}

/** Adds the public reply that goes with a solution. */
async function addReply(
  ctx: Context,
  ticket: Ticket,
  body: string,
  createdAt: Date,
): Promise<NewEvent[]> {
  const messages = await createReplies(ctx, [ticket], body, createdAt);
  await indexPublicMessages(ctx, messages);
  return messages.map((message) =>
    messageAddedEvent(ticket, message, updateResponseTimers(ctx.actor, ticket, message)),
  );
}

/**
 * Scheduled task: closes a ticket that was SOLVED without interruption for the `closeAfter` of the
 * workspace. Only the system closes tickets.
 */
export async function closeSolvedTicket(ctx: Context, row: object): Promise<void> {
  const ticket = managedEntity(ctx, Ticket, row);
  const from = statusSnapshot(ticket);
  closeTicket(ticket, new Date());
  await appendEvents(ctx, [statusChangedEvent(ticket, from, { cause: 'closeAfter' })]);
}
