import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { toFormFields } from './check.ts';
import { formState } from './events.ts';
import type { TicketFormUpdateInput, TicketFormUpdatePayload } from './input.ts';
import { locked, refuseTaken } from './lock.ts';

/** Changes a form; what it demands to solve holds for the tickets that were made with it, too. */
export async function updateForm(
  ctx: Context,
  input: TicketFormUpdateInput,
): Promise<TicketFormUpdatePayload> {
  for (const field of ['name', 'public', 'fields'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const ticketForm = await locked(ctx, input.id);
  expectVersion(ticketForm, input.expectedVersion);
  if (input.name) await refuseTaken(ctx, input.name, ticketForm.id);
  const before = formState(ticketForm);
  ticketForm.name = input.name ?? ticketForm.name;
  ticketForm.public = input.public ?? ticketForm.public;
  if (input.fields) ticketForm.fields = await toFormFields(ctx, input.fields);
  const after = formState(ticketForm);
  const changes = changesOf(before, after);
  if (!changes) return { ticketForm, userErrors: [] };
  touch(ticketForm);
  await record(ctx, 'form.updated', ticketForm, { state: after, changes });
  return { ticketForm, userErrors: [] };
}
