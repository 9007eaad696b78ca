import type { Actor } from '@deskgraph/common/access';
import type { NewFact } from '@deskgraph/common/events';
import type { Context } from '@deskgraph/common/transaction';
import { demand } from '../form/demand.ts';
import { refuseOpenChildren } from '../link/held.ts';
import { backToWork } from '../ticket/back.ts';
import { moved, standingOf } from '../ticket/fact.ts';
import { afterAgent, afterRequester, allowMove, moveTo } from '../ticket/status.ts';
import { solve } from '../ticket/status-change.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { settled } from '../ticket/calm.ts';
import { woken } from '../ticket/wake.ts';
import { TicketStatus } from '../ticket/words.ts';
import { type Workspace, workspaceOf } from '../workspace/workspace.ts';
import { answered } from './answered.ts';
import { cancelWaiting } from './cancel.ts';
import { added } from './fact.ts';
import { type Message, MessageVisibility } from './message.ts';
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
    ...(await backToWork(ctx, ticket, from.status)),
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
  await demand(ctx, ticket, 'SOLVE', { status: to, customStatusId: null });
}

function automatic(actor: Actor, status: TicketStatus, message: Message): TicketStatus {
  if (message.visibility === MessageVisibility.PRIVATE) return status;
  return actor.kind === 'customer' ? afterRequester(status) : afterAgent(status);
}
