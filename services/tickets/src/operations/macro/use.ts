import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { Macro } from './macro.ts';

/** What tickets can have in common: category, department and labels. */
export const ticketTraits = ({
  categoryId,
  departmentId,
  tags,
}: Pick<Ticket, 'categoryId' | 'departmentId' | 'tags'>): string[] =>
  [categoryId, departmentId, ...tags.map((name) => `tag ${name}`)]
    .filter((trait) => trait !== null)
    .sort();

/** Keeps on what kind of ticket a macro was used, for suggestions; what is too old for them goes. */
export async function recordMacroUse(
  ctx: Context,
  { id }: Macro,
  traits: readonly string[],
): Promise<void> {
  const db = ctx.em.getKysely();
  await sql`
    insert into macro_use (workspace_id, macro_id, at, traits) values (${ctx.workspace}::uuid, ${uuidOf('mac', id)}::uuid, now(), ${traits}::text[])
  `.execute(db);
  await sql`delete from macro_use where workspace_id = ${ctx.workspace}::uuid and at < now() - interval '30 days'`.execute(
    db,
  );
}
