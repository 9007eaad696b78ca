import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import type { Context } from '@deskgraph/common/transaction';
import { apply as act, placed } from '../action/apply.ts';
import { locked } from '../ticket/find.ts';
import { byId } from './find.ts';
import type { MacroApplyInput, MacroApplyPayload } from './input.ts';

/** Does all that a macro holds to one ticket, or nothing; each fact says that it came of the macro. */
export async function apply(ctx: Context, { id, ticketId, seen }: MacroApplyInput): Promise<MacroApplyPayload> {
  const macro = await byId(ctx, id);
  if (!macro) throw new Refusal('NOT_FOUND', 'id');
  let ticket = await locked(ctx, ticketId, 'ticketId');
  ctx.because = { macroId: macro.id };
  try {
    for (const action of macro.actions) ticket = await act(ctx, ticketId, action, { seen });
    await record(ctx, 'macro.applied', macro, { ticketId: ticket.id });
  } catch (error) {
    throw placed(error, { id: 'ticketId', ticketId: 'ticketId', seen: 'seen' }, 'id');
  } finally {
    ctx.because = undefined;
  }
  return { ticket, userErrors: [] };
}
