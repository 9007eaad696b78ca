import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { refuseUnseen } from '../../history/event/conflict-check.ts';
import { refuseMissingFields } from '../../configuration/form/form-fields.ts';
import { refuseOpenChildren } from '../../model/ticket/open-children.ts';
import { createReplies, solveIncidents } from '../link/solve-incidents.ts';
import { updateResponseTimers } from '../message/answered.ts';
import { added } from '../../model/message/events.ts';
import { indexPublicMessages } from '../message/write.ts';
import {
  type TargetStatus,
  resolveTargetStatus,
  isSameForRequester,
} from '../../configuration/status/target.ts';
import { workspaceOf } from '../../model/workspace/workspace.ts';
import { againstMove, refuse } from '../../model/ticket/preconditions.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import {
  type Changes,
  type Standing,
  isSameStanding,
  moved,
  standingOf,
} from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { TicketStatusChangeInput } from './input.ts';
import type { TicketStatusChangePayload } from './payload.ts';
import { type Solution, allowMove, moveTo } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { settled } from '../../model/ticket/end-escalation.ts';
import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/** Moves a ticket by hand, as the table of moves allows; the incidents of a problem are solved with it. */
export async function changeTicketStatus(
  ctx: Context,
  input: TicketStatusChangeInput,
): Promise<TicketStatusChangePayload> {
  const aim = await resolveTargetStatus(ctx, input);
  const ticket = await locked(ctx, input.id);
  refuseStaleVersion(ticket, input.expectedVersion);
  refuse(againstMove(ticket), 'id');
  if (input.seen) await refuseUnseen(ctx, ticket, input.seen);
  const from = standingOf(ticket);
  const to = { status: aim.status, customStatusId: aim.customStatus?.id ?? null };
  const isSolving = to.status === TicketStatus.SOLVED && from.status !== TicketStatus.SOLVED;
  if (input.reply && !isSolving) throw new Refusal('INVALID', 'reply');
  const workspace = await workspaceOf(ctx);
  allowMove(from.status, to.status, workspace, aim.field);
  if (isSameStanding(from, to)) return { ticket, userErrors: [] };
  if (isSolving) await refuseUnready(ctx, ticket, aim, to);
  const solving = { at: new Date(), closeAfter: workspace.closeAfter, reply: input.reply };
  const facts = input.reply ? await say(ctx, ticket, input.reply, solving.at) : [];
  const solution = isSolving ? prepareSolution(ctx, ticket, input, aim.field) : undefined;
  moveTo(ticket, to.status, solving.at, solving.closeAfter, solution);
  ticket.customStatusId = to.customStatusId;
  const told = {
    occurredAt: solving.at,
    ...(solution && { resolutionCode: solution.code, changes: solution.changes }),
  };
  facts.push(
    moved(ticket, from, { ...told, looksTheSame: await isSameForRequester(ctx, from, to) }),
  );
  if (solution) facts.push(...settled(ticket, solving.at));
  if (solution && input.solveIncidents !== false)
    facts.push(...(await solveIncidents(ctx, ticket, solving)));
  await appendEvents(ctx, [...facts, ...(await clearInactiveAssignment(ctx, ticket, from.status))]);
  return { ticket, userErrors: [] };
}

/** Its parts are solved, and its form is filled. */
async function refuseUnready(
  ctx: Context,
  ticket: Ticket,
  { field }: TargetStatus,
  to: Standing,
): Promise<void> {
  await refuseOpenChildren(ctx, ticket.id, field);
  await refuseMissingFields(ctx, ticket, 'SOLVE', to);
}

/** The answer that goes with the solution. */
async function say(ctx: Context, ticket: Ticket, reply: string, at: Date): Promise<NewEvent[]> {
  const messages = await createReplies(ctx, [ticket], reply, at);
  await indexPublicMessages(ctx, messages);
  return messages.map((message) =>
    added(ticket, message, updateResponseTimers(ctx.actor, ticket, message)),
  );
}

/** SOLVED needs somebody who stands for it, or a reason why nobody has to; `field` is what asks for it. */
export function prepareSolution(
  { actor }: Context,
  ticket: Ticket,
  { resolutionCode, resolution }: Pick<TicketStatusChangeInput, 'resolutionCode' | 'resolution'>,
  field = 'status',
): Solution {
  const changes: Changes = {};
  if (!ticket.assigneeId && actor.kind === 'agent') {
    changes['assigneeId'] = [null, actor.id];
    ticket.assigneeId = actor.id;
  }
  if (!ticket.assigneeId && !resolutionCode) throw new Refusal('ASSIGNEE_REQUIRED', field);
  if (!ticket.handled && !resolutionCode) throw new Refusal('REQUIRED', 'resolutionCode');
  return {
    by: actor.kind === 'agent' ? actor.id : ticket.assigneeId,
    code: resolutionCode ?? ResolutionCode.ANSWERED,
    text: resolution ?? null,
    changes,
  };
}
