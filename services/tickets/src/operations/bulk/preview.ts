import { Refusal } from '@deskgraph/common/core/errors';
import {
  isDatabaseUnavailable,
  isConcurrencyConflict,
} from '@deskgraph/common/core/database-errors';
import type { UserError } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { applyAction } from '../action/apply.ts';
import { type OperationPreview, preview } from '../undo/preview.ts';
import { ticketById } from '../../model/lookup/find.ts';
import type { TicketsUpdateInput } from './input.ts';
import { chosen } from './start.ts';
import { refusedBy } from './runner.ts';

/** So many tickets are tried. */
const FIRST = 100;

/** What a job would do to the first of its tickets, one after the other as it does it; what one is refused stops no other. */
export async function previewUpdate(
  ctx: Context,
  input: TicketsUpdateInput,
): Promise<OperationPreview> {
  const refused = new Map<string, UserError[]>();
  let ids: string[] = [];
  const shown = await preview(ctx, async (trial) => {
    ids = (await chosen(trial, input)).slice(0, FIRST);
    for (const id of ids) await one(trial, id, input, refused);
    return {};
  });
  const tickets = await Promise.all([...refused.keys()].map((id) => ticketById(ctx, id)));
  for (const [at, [id, userErrors]] of [...refused].entries()) {
    const ticket = tickets[at];
    if (ticket)
      shown.effects.push({ ticket, changes: [], messagesIn: 0, messagesOut: 0, userErrors });
    else shown.userErrors.push(...new Refusal('NOT_FOUND', `ids.${ids.indexOf(id)}`).errors);
  }
  shown.effects.sort((a, b) => ids.indexOf(a.ticket.id) - ids.indexOf(b.ticket.id));
  return shown;
}

async function one(
  trial: Context,
  id: string,
  { action }: TicketsUpdateInput,
  refused: Map<string, UserError[]>,
): Promise<void> {
  refused.delete(id);
  try {
    await trial.savepoint(() => applyAction(trial, id, action, { override: true }));
  } catch (error) {
    if (isDatabaseUnavailable(error) || isConcurrencyConflict(error)) throw error;
    refused.set(
      id,
      refusedBy(error, (err) =>
        trial.log.error({ err, ticket: id }, 'an action failed in a rehearsal'),
      ),
    );
  }
}
