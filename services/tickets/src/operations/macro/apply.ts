import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { applyAction, mapRefusalPath } from '../action/apply.ts';
import { beginOperation, trackOperation } from '../../model/operation/journal.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { lockTicket } from '../../model/lookup/lock.ts';
import { macroById } from './queries.ts';
import type { MacroApplyInput, MacroApplyPayload } from './input.ts';
import { recordMacroUse, ticketTraits } from './suggestions.ts';

/**
 * Applies all actions of a macro to a ticket, or none: a refusal rolls the transaction back. Each
 * event carries the macro as its cause, and the operation can be undone.
 */
export async function applyMacro(
  ctx: Context,
  { id, ticketId, seen }: MacroApplyInput,
): Promise<MacroApplyPayload> {
  const macro = await macroById(ctx, id);
  if (!macro) throw new Refusal('NOT_FOUND', 'id');
  const ticket = await lockTicket(ctx, ticketId, 'ticketId');
  const traits = ticketTraits(ticket);
  ctx.cause = { macroId: macro.id };
  const operation = beginOperation(ctx, OperationKind.MACRO, new Date());
  try {
    await trackOperation(ctx, operation.id, async () => {
      for (const action of macro.actions) await applyAction(ctx, ticketId, action, { seen });
    });
  } catch (error) {
    throw mapRefusalPath(error, { id: 'ticketId', ticketId: 'ticketId', seen: 'seen' }, 'id');
  }
  await recordMacroUse(ctx, macro, traits);
  await appendEvent(ctx, 'macro.applied', macro, { ticketId: ticket.id });
  return { ticket, operation, userErrors: [] };
}
