import {
  isConcurrencyConflict,
  isDatabaseUnavailable,
} from '@deskgraph/common/core/database-errors';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { UserError } from '@deskgraph/common/graphql/shared-types';
import { ticketById } from '../../model/lookup/queries.ts';
import type { TicketActionInput } from '../action/action.ts';
import { applyAction } from '../action/apply.ts';
import { type OperationPreview, previewOperation } from '../journal/preview.ts';
import type { TicketsUpdateInput } from './input.ts';
import { selectTicketIds } from './mutations.ts';
import { actionErrors } from './runner.ts';

const MAX_PREVIEW_TICKETS = 100;

/**
 * The effects of a job on the first of its tickets. As in the job, a refusal for one ticket does
 * not stop the others.
 */
export async function previewTicketsUpdate(
  ctx: Context,
  input: TicketsUpdateInput,
): Promise<OperationPreview> {
  const refusals = new Map<string, UserError[]>();
  let ticketIds: string[] = [];
  const preview = await previewOperation(ctx, async (trial) => {
    // The dry run is repeated after a conflict.
    refusals.clear();
    ticketIds = (await selectTicketIds(trial, input)).slice(0, MAX_PREVIEW_TICKETS);
    for (const id of ticketIds) {
      const userErrors = await tryAction(trial, id, input.action);
      if (userErrors) refusals.set(id, userErrors);
    }
    return {};
  });
  const refused = await Promise.all(
    [...refusals].map(async ([id, userErrors]) => ({
      id,
      userErrors,
      ticket: await ticketById(ctx, id),
    })),
  );
  for (const { id, userErrors, ticket } of refused)
    if (ticket)
      preview.effects.push({ ticket, changes: [], messagesIn: 0, messagesOut: 0, userErrors });
    else
      preview.userErrors.push(...new Refusal('NOT_FOUND', `ids.${ticketIds.indexOf(id)}`).errors);
  preview.effects.sort((a, b) => ticketIds.indexOf(a.ticket.id) - ticketIds.indexOf(b.ticket.id));
  return preview;
}

/** Returns the errors of an action that was refused. */
async function tryAction(
  trial: Context,
  id: string,
  action: TicketActionInput,
): Promise<UserError[] | undefined> {
  try {
    await trial.savepoint(() => applyAction(trial, id, action, { override: true }));
    return undefined;
  } catch (error) {
    if (isDatabaseUnavailable(error) || isConcurrencyConflict(error)) throw error;
    return actionErrors(error, (err) =>
      trial.log.error({ err, ticket: id }, 'action of a bulk job failed in a dry run'),
    );
  }
}
