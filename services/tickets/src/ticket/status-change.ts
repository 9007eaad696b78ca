import { Refusal } from '@deskgraph/common/errors';
import { recordAll } from '@deskgraph/common/events';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { refuseOpenChildren } from '../link/held.ts';
import { workspaceOf } from '../workspace/workspace.ts';
import { backToWork } from './back.ts';
import { type Changes, moved } from './fact.ts';
import { locked } from './find.ts';
import type { TicketStatusChangeInput } from './input.ts';
import type { TicketStatusChangePayload } from './payload.ts';
import { type Solution, allowMove, moveTo } from './status.ts';
import type { Ticket } from './ticket.ts';
import { woken } from './wake.ts';
import { ResolutionCode, TicketStatus } from './words.ts';

/** Moves a ticket by hand, as the table of moves allows. */
export async function statusChange(ctx: Context, input: TicketStatusChangeInput): Promise<TicketStatusChangePayload> {
  const to = input.status;
  if (!to) throw new Refusal('REQUIRED', 'status');
  const ticket = await locked(ctx, input.id);
  expectVersion(ticket, input.expectedVersion);
  if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'id');
  if (ticket.status === to && to !== TicketStatus.CLOSED) return { ticket, userErrors: [] };
  const workspace = await workspaceOf(ctx);
  allowMove(ticket.status, to, workspace, 'status');
  if (to === TicketStatus.SOLVED) await refuseOpenChildren(ctx, ticket.id, 'status');
  const from = ticket.status;
  const solution = to === TicketStatus.SOLVED ? solve(ctx, ticket, input) : undefined;
  moveTo(ticket, to, new Date(), workspace.closeAfter, solution);
  const facts = [moved(ticket, from, solution && { resolutionCode: solution.code, changes: solution.changes })];
  if (solution) facts.push(...woken(ticket, 'status'));
  await recordAll(ctx, [...facts, ...(await backToWork(ctx, ticket, from))]);
  return { ticket, userErrors: [] };
}

/** SOLVED needs somebody who stands for it, or a reason why nobody has to. */
export function solve(
  { actor }: Context,
  ticket: Ticket,
  { resolutionCode, resolution }: Pick<TicketStatusChangeInput, 'resolutionCode' | 'resolution'>,
): Solution {
  const changes: Changes = {};
  if (!ticket.assigneeId && actor.kind === 'agent') {
    changes['assigneeId'] = [null, actor.id];
    ticket.assigneeId = actor.id;
  }
  if (!ticket.assigneeId && !resolutionCode) throw new Refusal('ASSIGNEE_REQUIRED', 'status');
  if (!ticket.handled && !resolutionCode) throw new Refusal('REQUIRED', 'resolutionCode');
  return {
    by: actor.kind === 'agent' ? actor.id : ticket.assigneeId,
    code: resolutionCode ?? ResolutionCode.ANSWERED,
    text: resolution ?? null,
    changes,
  };
}
