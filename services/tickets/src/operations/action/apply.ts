import { Refusal } from '@deskgraph/common/core/errors';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { templateForLocale } from '../../configuration/canned-response/canned-response.ts';
import { cannedResponseById as cannedById } from '../../configuration/canned-response/queries.ts';
import { renderTemplate } from '../../configuration/canned-response/template.ts';
import { replyLanguage, templateValues } from '../../configuration/canned-response/values.ts';
import { escalateTicket } from '../../ticketing/escalation/escalate.ts';
import { MAX_REASON_LENGTH } from '../../ticketing/escalation/input.ts';
import { addMessage } from '../../ticketing/message/add.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { assignTicket } from '../../ticketing/ticket/assign.ts';
import { locked } from '../../model/lookup/lock.ts';
import { snoozeTicket } from '../../ticketing/snooze/snooze.ts';
import { changeTicketStatus } from '../../ticketing/ticket/status-change.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { notify } from '../../model/ticket/notify.ts';
import { updateTicket } from '../../ticketing/ticket/update.ts';
import type { TicketActionInput } from './action.ts';

/** What an action is done with: the cursor up to which the caller has read, or that he sends whatever others did. */
export interface SendOptions {
  seen?: string | null | undefined;
  override?: boolean;
}

/**
 * Does an action to one ticket by the verbs that people use, in the open transaction: the rights, rules and facts of each are the same. A
 * refusal leaves nothing done once the transaction is rolled back.
 */
export async function applyAction(
  ctx: Context,
  id: string,
  action: TicketActionInput,
  sending: SendOptions,
): Promise<Ticket> {
  const ticket = await locked(ctx, id);
  const {
    priority,
    categoryId,
    addTags,
    removeTags,
    fields,
    departmentId,
    assigneeId,
    status,
    customStatusId,
    resolutionCode,
  } = action;
  const plain = {
    ...(priority && { priority }),
    ...(categoryId && { categoryId }),
    ...(addTags && { addTags }),
    ...(removeTags && { removeTags }),
    ...(fields && { fields }),
  };
  if (Object.keys(plain).length) await updateTicket(ctx, { id, ...plain });
  const hands = {
    ...(departmentId && { departmentId }),
    ...(assigneeId !== undefined && { assigneeId }),
  };
  if (Object.keys(hands).length) await assignTicket(ctx, { id, ...hands });
  if (action.escalate) await escalateTicket(ctx, { id, reason: reasonOf(action) });
  if (action.note)
    await addMessage(ctx, {
      ticketId: id,
      visibility: MessageVisibility.PRIVATE,
      body: action.note,
    });
  if (action.replyId) await reply(ctx, ticket, action.replyId, sending);
  if (status || customStatusId)
    await changeTicketStatus(ctx, { id, status, customStatusId, resolutionCode });
  if (action.snooze)
    await snoozeTicket(ctx, {
      id,
      until: new Date(Date.now() + durationToMs(action.snooze)!),
      wakeOnReply: true,
    });
  await notify(ctx, ticket, action);
  return ticket;
}

/** An action has no field for it. */
const reasonOf = ({ note }: TicketActionInput): string =>
  note?.slice(0, MAX_REASON_LENGTH) ?? 'Escalated by an action.';

async function reply(
  ctx: Context,
  ticket: Ticket,
  replyId: string,
  sending: SendOptions,
): Promise<void> {
  const canned = await cannedById(ctx, replyId);
  if (!canned) throw new Refusal('NOT_FOUND', 'replyId');
  const body = renderTemplate(
    templateForLocale(canned, await replyLanguage(ctx, ticket)),
    await templateValues(ctx, ticket),
    ['input', 'replyId'],
  );
  await addMessage(ctx, {
    ticketId: ticket.id,
    visibility: MessageVisibility.PUBLIC,
    body,
    ...sending,
  });
}

/**
 * Says of a refusal where in the input it comes from: `places` for fields of the input, and `otherwise` for what the action held. What the form
 * of the ticket demands is of no input: it goes by the field.
 */
export function mapRefusalPath(
  error: unknown,
  places: Readonly<Record<string, string>>,
  otherwise: string,
): unknown {
  if (!(error instanceof Refusal)) return error;
  const errors = error.errors.map(({ code, field, message }) => ({
    code,
    message,
    field: code === 'FIELD_REQUIRED' ? field : ['input', places[field?.[1] ?? ''] ?? otherwise],
  }));
  return new Refusal(errors, null, error.payload);
}
