import type { Actor } from '@deskgraph/common/auth/access';
import type { NewFact } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { refuseMissingFields } from '../../configuration/form/required-fields.ts';
import { refuseOpenChildren } from '../../model/ticket/open-children.ts';
import { clearInactiveAssignment } from '../../staff/agent/release-inactive-owner.ts';
import { moved, standingOf } from '../../model/ticket/events.ts';
import { afterAgent, afterRequester, allowMove, moveTo } from '../../model/ticket/status-rules.ts';
import { solve } from '../ticket/status-change.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { settled } from '../../model/ticket/end-escalation.ts';
import { woken } from '../snooze/wake.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';
import { type Workspace, workspaceOf } from '../../model/workspace/workspace.ts';
import { answered } from './answered.ts';
import { cancelWaiting } from './cancel.ts';
import { added } from '../../model/message/events.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { index } from './write.ts';

/** What a message of the caller does to its ticket at the instant from which it can be read; the facts are to be recorded. `status`: also move there. */
export async function speak(
  ctx: Context,
  ticket: Ticket,
  message: Message,
  status?: TicketStatus | null,
): Promise<NewFact[]> {
  const said = added(ticket, message, answered(ctx.actor, ticket, message));
  const moves = await move(ctx, ticket, message, status);
  await index(ctx, ticket.id, [message]);
  if (ctx.actor.kind !== 'customer') return [said, ...moves];
  const wakes = ticket.wakeOnReply ? woken(ticket, 'reply', message.createdAt) : [];
  return [said, ...moves, ...wakes, ...(await cancelWaiting(ctx, ticket, 'reply'))];
}

async function move(
  ctx: Context,
  ticket: Ticket,
  message: Message,
  status?: TicketStatus | null,
): Promise<NewFact[]> {
  const from = standingOf(ticket);
  const to = status ?? automatic(ctx.actor, from.status, message);
  if (!status && to === from.status) return [];
  const workspace = await workspaceOf(ctx);
  if (status) await allow(ctx, ticket, to, workspace);
  if (to === from.status && !from.customStatusId) return [];
  const solution =
    to === TicketStatus.SOLVED && from.status !== to ? solve(ctx, ticket, {}) : undefined;
  moveTo(ticket, to, message.createdAt, workspace.closeAfter, solution);
  ticket.customStatusId = null;
  const told = solution ? { resolutionCode: solution.code, changes: solution.changes } : {};
  const facts = [moved(ticket, from, status ? told : { cause: 'reply' })];
  return [
    ...facts,
    ...(solution ? settled(ticket, message.createdAt) : []),
    ...(await clearInactiveAssignment(ctx, ticket, from.status)),
  ];
}

/** Refuses a move that a message can't bring. */
export async function allow(
  ctx: Context,
  ticket: Ticket,
  to: TicketStatus,
  workspace: Workspace,
): Promise<void> {
  allowMove(ticket.status, to, workspace, 'status');
  if (to !== TicketStatus.SOLVED || ticket.status === to) return;
  await refuseOpenChildren(ctx, ticket.id, 'status');
  await refuseMissingFields(ctx, ticket, 'SOLVE', { status: to, customStatusId: null });
}

function automatic(actor: Actor, status: TicketStatus, message: Message): TicketStatus {
  if (message.visibility === MessageVisibility.PRIVATE) return status;
  return actor.kind === 'customer' ? afterRequester(status) : afterAgent(status);
}
