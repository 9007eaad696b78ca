import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';

/** As many places as a refusal names. */
const SAID = 5;

/**
 * Refuses to delete what actions, conditions or kept filters of the workspace still name, and says which. Views of others are not called by
 * their names, and those of who has left don't count: nobody would ever change them.
 */
export async function refuseReferencedId(ctx: Context, id: string): Promise<void> {
  const home = sql`workspace_id = ${ctx.workspace}::uuid`;
  const names = (column: string) =>
    sql`jsonb_path_exists(${sql.ref(column)}, '$.** ? (@ == $id)', jsonb_build_object('id', ${id}::text))`;
  const { rows } = await sql<{ place: string }>`
    select 'the macro “' || name || '”' as place from macro where ${home} and ${names('actions')}
    union all select 'the form “' || name || '”' from ticket_form where ${home} and deleted_at is null and ${names('fields')}
    union all select 'the access role “' || name || '”' from access_role where ${home} and ${names('filter')}
    union all select 'the escalation path “' || name || '”' from escalation_path where ${home} and ${names('filter')}
    union all select 'the view “' || name || '”' from ticket_view
      where ${home} and (sharing <> 'PRIVATE' or owner_id = ${ctx.actor.id}) and ${names('filter')}
    union all select 'a private view of ' || a.name from ticket_view v join agent a on a.id = uuid_of(v.owner_id) and a.active
      where v.${home} and v.sharing = 'PRIVATE' and v.owner_id <> ${ctx.actor.id} and ${names('v.filter')}
    limit ${SAID}`.execute(ctx.em.getKysely());
  if (!rows.length) return;
  const places = new Intl.ListFormat('en').format(rows.map(({ place }) => place));
  throw new Refusal([
    { code: 'IN_USE', field: ['input', 'id'], message: `This is still named by ${places}.` },
  ]);
}
