import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { CannedResponse } from './canned-response.ts';
import { departmentScopeSql } from '../../staff/department/scope.ts';

const TEXT_LIMIT = 100;

/** The stored answers of the caller by title; `text` stands in title, shortcut or a body. */
export async function findCannedResponses(
  ctx: Context,
  text: string | null | undefined,
): Promise<CannedResponse[]> {
  if ((text?.length ?? 0) > TEXT_LIMIT) throw new Refusal([{ code: 'TOO_LONG', field: ['text'] }]);
  const part = `%${(text ?? '').replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const holds = text
    ? sql`(k.title ilike ${part} or k.shortcut ilike ${part} or k.body ilike ${part}
        or exists (select from jsonb_each_text(k.bodies) each where each.value ilike ${part}))`
    : sql`true`;
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select k.* from canned_response k where ${departmentScopeSql(ctx.actor)} and ${holds} order by lower(k.title), k.id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, CannedResponse, rows);
}

/** One stored answer by id, if the caller has it. */
export const cannedResponseById = (ctx: Context, id: string): Promise<CannedResponse | null> =>
  ctx.load.byId('canned response', id, async (ids) => {
    const em = await ctx.read();
    const { rows } =
      await sql<object>`select k.* from canned_response k where k.id = any(${uuids('can', ids)}) and ${departmentScopeSql(ctx.actor)}`.execute(
        em.getKysely(),
      );
    return hydrate(ctx.orm, CannedResponse, rows);
  });
