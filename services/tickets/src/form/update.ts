import { changesOf, touch } from '@deskgraph/common/change';
import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { checked } from './check.ts';
import { stateOf } from './fact.ts';
import type { TicketFormUpdateInput, TicketFormUpdatePayload } from './input.ts';
import { locked, refuseTaken } from './locked.ts';

/** Changes a form; what it demands to solve holds for the tickets that were made with it, too. */
export async function update(
  ctx: Context,
  input: TicketFormUpdateInput,
): Promise<TicketFormUpdatePayload> {
  for (const field of ['name', 'public', 'fields'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const ticketForm = await locked(ctx, input.id);
  expectVersion(ticketForm, input.expectedVersion);
  if (input.name) await refuseTaken(ctx, input.name, ticketForm.id);
  const before = stateOf(ticketForm);
  ticketForm.name = input.name ?? ticketForm.name;
  ticketForm.public = input.public ?? ticketForm.public;
  if (input.fields) ticketForm.fields = await checked(ctx, input.fields);
  const after = stateOf(ticketForm);
  const changes = changesOf(before, after);
  if (!changes) return { ticketForm, userErrors: [] };
  touch(ticketForm);
  await record(ctx, 'form.updated', ticketForm, { state: after, changes });
  return { ticketForm, userErrors: [] };
}
