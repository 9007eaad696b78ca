import { prefixOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { hydrate, sql, uuids } from '@deskgraph/common/database';
import { isStaff } from '@deskgraph/common/access';
import { byId as accessRoleById } from '../access/find.ts';
import { byId as agentById } from '../agent/find.ts';
import { byId as attachmentById } from '../attachment/find.ts';
import { byId as categoryById } from '../category/find.ts';
import { byId as bulkJobById } from '../bulk/find.ts';
import { byId as cannedById } from '../canned/find.ts';
import { byId as departmentById } from '../department/find.ts';
import { byId as escalationPathById } from '../escalation/find.ts';
import { byId as macroById } from '../macro/find.ts';
import { byId as fieldById } from '../field/find.ts';
import { byId as formById } from '../form/find.ts';
import { byId as messageById } from '../message/find.ts';
import { byId as operationById } from '../operation/find.ts';
import { byId as customStatusById } from '../status/find.ts';
import { Tag } from '../tag/tag.ts';
import { byId as ticketById } from '../ticket/find.ts';
import { reads } from '../ticket/reader.ts';
import { byId as viewById } from '../view/find.ts';

type Find = (ctx: Context, id: string) => Promise<unknown>;

const stub =
  (__typename: string): Find =>
  async (_, id) => ({ __typename, id });

const tagById: Find = (ctx, id) =>
  ctx.load.byId('tag', id, async (ids) => {
    if (!isStaff(ctx.actor) || !reads(ctx.actor)) return [];
    const em = await ctx.read();
    const { rows } =
      await sql`select * from tag where id = any(${uuids('tag', ids)}) and workspace_id = ${ctx.workspace}::uuid`.execute(
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
export const own: Find = (ctx, id) => OWN[prefixOf(id)]?.(ctx, id) ?? Promise.resolve(null);

/** Any thing by its id; the gateway asks its owner for those that live elsewhere. */
export const node: Find = (ctx, id) =>
  (OWN[prefixOf(id)] ?? FOREIGN[prefixOf(id)])?.(ctx, id) ?? Promise.resolve(null);
