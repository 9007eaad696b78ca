import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { departmentScopeSql } from '../../staff/department/scope.ts';
import { CannedResponse } from './canned-response.ts';

const MAX_TEXT_LENGTH = 100;

/** The canned responses of the caller by title; `text` occurs in title, shortcut or a body. */
export async function findCannedResponses(
  ctx: Context,
  text: string | null | undefined,
): Promise<CannedResponse[]> {
  if ((text?.length ?? 0) > MAX_TEXT_LENGTH)
    throw new Refusal([{ code: 'TOO_LONG', field: ['text'] }]);
  return cannedResponsesWhere(ctx, text ? containsText(text) : sql`true`);
}

function containsText(text: string): Condition {
  const pattern = `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
  return sql`(
    k.title ilike ${pattern} or k.shortcut ilike ${pattern} or k.body ilike ${pattern}
    or exists (select from jsonb_each_text(k.bodies) body where body.value ilike ${pattern}))`;
}

export const cannedResponseById = (ctx: Context, id: string): Promise<CannedResponse | null> =>
  ctx.load.byId('canned response', id, (cannedIds) =>
    cannedResponsesWhere(ctx, sql`k.id = any(${ids('can', cannedIds)})`),
  );

const cannedResponsesWhere = (ctx: Context, condition: Condition): Promise<CannedResponse[]> =>
  entities(
    ctx,
    CannedResponse,
    sql`
      select k.* from canned_response k
      where ${departmentScopeSql(ctx.actor)} and ${condition} order by lower(k.title), k.id`,
  );
