import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { formState } from './events.ts';
import type { TicketFormDeleteInput, TicketFormDeletePayload } from './input.ts';
import { locked } from './lock.ts';

/** Deletes a form that no unsolved ticket was made with. Its row stays, for the tickets of the past to name it. */
export async function deleteForm(
  ctx: Context,
  input: TicketFormDeleteInput,
): Promise<TicketFormDeletePayload> {
  const form = await locked(ctx, input.id);
  expectVersion(form, input.expectedVersion);
  if (await isNeeded(ctx, form.id)) throw new Refusal('IN_USE', 'id');
  form.deletedAt = new Date();
  form.updatedAt = form.deletedAt;
  form.version += 1;
  await record(ctx, 'form.deleted', form, { state: formState(form) });
  return { deletedId: form.id, userErrors: [] };
}

async function isNeeded(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select exists (
      select from ticket where workspace_id = ${ctx.workspace}::uuid and form_id = ${uuidOf('frm', id)}::uuid
        and status not in ('SOLVED', 'CLOSED')) as needed`.execute(ctx.em.getKysely());
  return rows[0]!.needed;
}
