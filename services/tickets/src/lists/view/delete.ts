import { sql } from '@deskgraph/common/database/database';
import { appendEvent } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { viewState } from './events.ts';
import type { ViewDeleteInput, ViewDeletePayload } from './input.ts';
import { lockView } from './lock.ts';

/** Deletes a view; who opened it first opens the built-in one of all unsolved tickets again. */
export async function deleteView(ctx: Context, input: ViewDeleteInput): Promise<ViewDeletePayload> {
  const view = await lockView(ctx, input.id);
  refuseStaleVersion(view, input.expectedVersion);
  const subject = { id: view.id, version: view.version + 1 };
  ctx.em.remove(view);
  await sql`delete from default_view where workspace_id = ${ctx.workspace}::uuid and view_id = ${uuidOf('vie', view.id)}::uuid`.execute(
    ctx.em.getKysely(),
  );
  await appendEvent(ctx, 'view.deleted', subject, { state: viewState(view) });
  return { deletedId: subject.id, userErrors: [] };
}
