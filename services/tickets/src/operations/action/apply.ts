import { Refusal } from '@deskgraph/common/core/errors';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { templateForLocale } from '../../configuration/canned-response/canned-response.ts';
import { cannedResponseById } from '../../configuration/canned-response/queries.ts';
import { renderTemplate } from '../../configuration/canned-response/template.ts';
import { replyLanguage, templateValues } from '../../configuration/canned-response/values.ts';
import { escalateTicket } from '../../ticketing/escalation/escalate.ts';
import { MAX_REASON_LENGTH } from '../../ticketing/escalation/input.ts';
import { addMessage } from '../../ticketing/message/add.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { assignTicket } from '../../ticketing/ticket/assign.ts';
import { lockTicket } from '../../model/lookup/lock.ts';
import { snoozeTicket } from '../../ticketing/snooze/snooze.ts';
import { changeTicketStatus } from '../../ticketing/ticket/status-change.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { notifyAboutTicket } from '../../model/ticket/events.ts';
import { updateTicket } from '../../ticketing/ticket/update.ts';
import type { TicketActionInput } from './action.ts';

/** How a reply of an action is sent; see the inputs of messageAdd. */
export interface SendOptions {
  /** The cursor up to which the caller has read the ticket. */
  seen?: string | null | undefined;
  /** Sends the reply whatever others did since then. */
  override?: boolean;
}

/**
 * Applies an action to a ticket in the open transaction. Each field runs the function of the
 * mutation that does the same, with its rights, rules and events. The caller rolls the transaction
 * back when a field is refused.
 */
export async function applyAction(
  ctx: Context,
  id: string,
  action: TicketActionInput,
  sendOptions: SendOptions,
): Promise<Ticket> {
  const ticket = await lockTicket(ctx, id);
  const { status, customStatusId, resolutionCode } = action;
  const update = updateOf(action);
  if (Object.keys(update).length) await updateTicket(ctx, { id, ...update });
  const assignment = assignmentOf(action);
  if (Object.keys(assignment).length) await assignTicket(ctx, { id, ...assignment });
  if (action.escalate) await escalateTicket(ctx, { id, reason: escalationReason(action) });
  if (action.note)
    await addMessage(ctx, {
      ticketId: id,
      visibility: MessageVisibility.PRIVATE,
      body: action.note,
    });
  if (action.replyId) await sendReply(ctx, ticket, action.replyId, sendOptions);
  if (status || customStatusId)
    await changeTicketStatus(ctx, { id, status, customStatusId, resolutionCode });
  if (action.snooze)
    await snoozeTicket(ctx, {
      id,
      until: new Date(Date.now() + durationToMs(action.snooze)!),
      wakeOnReply: true,
    });
  await notifyAboutTicket(ctx, ticket, action);
  return ticket;
}

const updateOf = ({ priority, categoryId, addTags, removeTags, fields }: TicketActionInput) => ({
  ...(priority && { priority }),
  ...(categoryId && { categoryId }),
  ...(addTags && { addTags }),
  ...(removeTags && { removeTags }),
  ...(fields && { fields }),
});

/** A null assignee unassigns. */
const assignmentOf = ({ departmentId, assigneeId }: TicketActionInput) => ({
  ...(departmentId && { departmentId }),
  ...(assigneeId !== undefined && { assigneeId }),
});

/** An action has no field for the reason of an escalation: the note is the reason. */
const escalationReason = ({ note }: TicketActionInput): string =>
  note?.slice(0, MAX_REASON_LENGTH) ?? 'Escalated by an action.';

async function sendReply(
  ctx: Context,
  ticket: Ticket,
  replyId: string,
  sendOptions: SendOptions,
): Promise<void> {
  const cannedResponse = await cannedResponseById(ctx, replyId);
  if (!cannedResponse) throw new Refusal('NOT_FOUND', 'replyId');
  const body = renderTemplate(
    templateForLocale(cannedResponse, await replyLanguage(ctx, ticket)),
    await templateValues(ctx, ticket),
    ['input', 'replyId'],
  );
  await addMessage(ctx, {
    ticketId: ticket.id,
    visibility: MessageVisibility.PUBLIC,
    body,
    ...sendOptions,
  });
}

/**
 * Rewrites the paths of a refusal from the inputs of the applied mutations to the input of the
 * caller: fields in `paths` are mapped, all others come from the action and get the path
 * `fallback`. FIELD_REQUIRED keeps its path: the ticket's form requires the field, not an input.
 *
 * @example
 * throw mapRefusalPath(error, { id: 'ticketId', seen: 'seen' }, 'id');
 */
export function mapRefusalPath(
  error: unknown,
  paths: Readonly<Record<string, string>>,
  fallback: string,
): unknown {
  if (!(error instanceof Refusal)) return error;
  const errors = error.errors.map(({ code, field, message }) => ({
    code,
    message,
    field: code === 'FIELD_REQUIRED' ? field : ['input', paths[field?.[1] ?? ''] ?? fallback],
  }));
  return new Refusal(errors, null, error.payload);
}
