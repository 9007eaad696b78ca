import { Refusal } from '@deskgraph/common/errors';
import { type NewFact, recordAll } from '@deskgraph/common/events';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { refuseOpenChildren } from '../link/held.ts';
import { answer, lockedWithIncidents, solveIncidents } from '../link/solve.ts';
import { answered } from '../message/answered.ts';
import { added } from '../message/fact.ts';
import { indexEach } from '../message/write.ts';
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

/** Moves a ticket by hand, as the table of moves allows; the incidents of a problem are solved with it. */
export async function statusChange(ctx: Context, input: TicketStatusChangeInput): Promise<TicketStatusChangePayload> {
  const { status: to, reply } = input;
  if (!to) throw new Refusal('REQUIRED', 'status');
  const isSolving = to === TicketStatus.SOLVED;
  if (reply && !isSolving) throw new Refusal('INVALID', 'reply');
  const { ticket, incidents } =
    isSolving && input.solveIncidents !== false
      ? await lockedWithIncidents(ctx, input.id)
      : { ticket: await locked(ctx, input.id), incidents: [] };
  expectVersion(ticket, input.expectedVersion);
  if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'id');
  if (ticket.status === to && to !== TicketStatus.CLOSED) return { ticket, userErrors: [] };
  const { status: from } = ticket;
  const workspace = await workspaceOf(ctx);
  allowMove(from, to, workspace, 'status');
  if (isSolving) await refuseOpenChildren(ctx, ticket.id, 'status');
  const at = new Date();
  const { closeAfter } = workspace;
  const facts = reply ? await say(ctx, ticket, reply, at) : [];
  const solution = isSolving ? solve(ctx, ticket, input) : undefined;
  moveTo(ticket, to, at, closeAfter, solution);
  facts.push(moved(ticket, from, { at, ...(solution && { resolutionCode: solution.code, changes: solution.changes }) }));
  if (solution) facts.push(...woken(ticket, 'status', at), ...(await solveIncidents(ctx, ticket, incidents, { at, closeAfter, reply })));
  await recordAll(ctx, [...facts, ...(await backToWork(ctx, ticket, from))]);
  return { ticket, userErrors: [] };
}

/** The answer that goes with the solution. */
async function say(ctx: Context, ticket: Ticket, reply: string, at: Date): Promise<NewFact[]> {
  const message = await answer(ctx, ticket, reply, at);
  await indexEach(ctx, [message]);
  return [added(ticket, message, answered(ctx.actor, ticket, message))];
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
