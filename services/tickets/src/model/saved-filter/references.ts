import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';

/** The error lists at most this many references. */
const MAX_LISTED = 5;

/**
 * Refuses to delete an entity whose id a macro, form, access role, escalation path or view of the
 * workspace still contains, and lists these. The names of other users’ private views are not
 * shown; private views of deactivated agents are ignored, because no one could ever change them.
 */
export async function refuseReferencedId(ctx: Context, id: string): Promise<void> {
  const inWorkspace = sql`workspace_id = ${ctx.workspace}::uuid`;
  const contains = (column: string) =>
    sql`jsonb_path_exists(${sql.ref(column)}, '$.** ? (@ == $id)', jsonb_build_object('id', ${id}::text))`;
  const references = await execute(
    ctx,
    sql<{ name: string }>`
      select 'the macro “' || name || '”' as name from macro
        where ${inWorkspace} and ${contains('actions')}
      union all select 'the form “' || name || '”' from ticket_form
        where ${inWorkspace} and deleted_at is null and ${contains('fields')}
      union all select 'the access role “' || name || '”' from access_role
        where ${inWorkspace} and ${contains('filter')}
      union all select 'the escalation path “' || name || '”' from escalation_path
        where ${inWorkspace} and ${contains('filter')}
      union all select 'the view “' || name || '”' from ticket_view
        where ${inWorkspace} and (sharing <> 'PRIVATE' or owner_id = ${ctx.actor.id})
          and ${contains('filter')}
      union all select 'a private view of ' || a.name from ticket_view v
        join agent a on a.id = uuid_of(v.owner_id) and a.active
        where v.${inWorkspace} and v.sharing = 'PRIVATE' and v.owner_id <> ${ctx.actor.id}
          and ${contains('v.filter')}
      limit ${MAX_LISTED}`,
  );
  if (!references.length) return;
  const list = new Intl.ListFormat('en').format(references.map(({ name }) => name));
  throw new Refusal([
    { code: 'IN_USE', field: ['input', 'id'], message: `This is still named by ${list}.` },
  ]);
}
