import { sql } from '@deskgraph/common/database/database';
import { type NewEvent } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { viewState } from './events.ts';
import type { View } from './view.ts';

/** Makes the view the one that the caller opens first, or takes this away from it. Gives what is to be recorded. */
export async function setDefaultView(
  ctx: Context,
  view: View,
  isDefault: boolean | null | undefined,
): Promise<NewEvent[]> {
  if (isDefault === undefined || isDefault === null) return [];
  const [own, id] = [
    sql`workspace_id = ${ctx.workspace}::uuid and actor_id = ${ctx.actor.id}`,
    uuidOf('vie', view.id),
  ];
  const { rows } = isDefault
    ? await sql`
        insert into default_view (workspace_id, actor_id, view_id) values (${ctx.workspace}::uuid, ${ctx.actor.id}, ${id}::uuid)
        on conflict (workspace_id, actor_id) do update set view_id = excluded.view_id where default_view.view_id <> excluded.view_id
        returning view_id`.execute(ctx.em.getKysely())
    : await sql`delete from default_view where ${own} and view_id = ${id}::uuid returning view_id`.execute(
        ctx.em.getKysely(),
      );
  ctx.load.clear();
  return rows.length
    ? [
        {
          type: isDefault ? 'view.chosen' : 'view.left',
          subject: view,
          data: { state: viewState(view) },
        },
      ]
    : [];
}
