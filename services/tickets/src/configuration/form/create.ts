import { record } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { toFormFields } from './check.ts';
import { formState } from './events.ts';
import { TicketForm } from './form.ts';
import type { TicketFormCreateInput, TicketFormCreatePayload } from './input.ts';
import { refuseMore, refuseTaken } from './lock.ts';

export async function createForm(
  ctx: Context,
  input: TicketFormCreateInput,
): Promise<TicketFormCreatePayload> {
  await refuseMore(ctx);
  await refuseTaken(ctx, input.name);
  const ticketForm = ctx.em.create(TicketForm, {
    id: newId('frm'),
    workspaceId: ctx.workspace,
    name: input.name,
    public: input.public ?? true,
    fields: await toFormFields(ctx, input.fields),
  });
  await record(ctx, 'form.created', ticketForm, { state: formState(ticketForm) });
  return { ticketForm, userErrors: [] };
}
