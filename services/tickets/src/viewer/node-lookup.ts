import { idPrefix } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { isStaff } from '@deskgraph/common/auth/access';
import { accessRoleById } from '../staff/access/queries.ts';
import { agentById } from '../staff/agent/queries.ts';
import { attachmentById } from '../ticketing/attachment/queries.ts';
import { categoryById } from '../configuration/category/queries.ts';
import { byId as bulkJobById } from '../operations/bulk/find.ts';
import { cannedResponseById as cannedById } from '../configuration/canned-response/queries.ts';
import { departmentById } from '../staff/department/queries.ts';
import { escalationPathById } from '../ticketing/escalation/queries.ts';
import { macroById } from '../operations/macro/queries.ts';
import { fieldById } from '../model/field/queries.ts';
import { formById } from '../configuration/form/queries.ts';
import { messageById } from '../model/message/find.ts';
import { byId as operationById } from '../operations/undo/find.ts';
import { customStatusById } from '../configuration/status/queries.ts';
import { Tag } from '../configuration/tag/tag.ts';
import { ticketById } from '../model/lookup/find.ts';
import { canReadTickets } from '../model/ticket/read-rights.ts';
import { viewById } from '../lists/view/queries.ts';

type Find = (ctx: Context, id: string) => Promise<unknown>;

const stub =
  (__typename: string): Find =>
  async (_, id) => ({ __typename, id });

const tagById: Find = (ctx, id) =>
  ctx.load.byId('tag', id, async (ids) => {
    if (!isStaff(ctx.actor) || !canReadTickets(ctx.actor)) return [];
    const em = await ctx.read();
    const { rows } =
      await sql`select * from tag where id = any(${uuidArray('tag', ids)}) and workspace_id = ${ctx.workspace}::uuid`.execute(
        em.getKysely(),
      );
    return hydrate(ctx.orm, Tag, rows);
  });

const OWN: Record<string, Find> = {
  tkt: ticketById,
  opr: operationById,
  msg: messageById,
  att: attachmentById,
  agt: agentById,
  rol: accessRoleById,
  dep: departmentById,
  cat: categoryById,
  tag: tagById,
  fld: fieldById,
  sta: customStatusById,
  frm: formById,
  vie: viewById,
  can: cannedById,
  esc: escalationPathById,
  mac: macroById,
  job: bulkJobById,
};
const FOREIGN: Record<string, Find> = {
  cus: stub('Customer'),
  org: stub('Organization'),
  art: stub('Article'),
  kba: stub('KnowledgeBase'),
  sec: stub('Section'),
};

/** A thing of this service by its id, if the caller may see it. */
export const entityById: Find = (ctx, id) => OWN[idPrefix(id)]?.(ctx, id) ?? Promise.resolve(null);

/** Any thing by its id; the gateway asks its owner for those that live elsewhere. */
export const nodeById: Find = (ctx, id) =>
  (OWN[idPrefix(id)] ?? FOREIGN[idPrefix(id)])?.(ctx, id) ?? Promise.resolve(null);
