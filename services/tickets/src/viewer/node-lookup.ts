import { idPrefix } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { accessRoleById } from '../staff/access/queries.ts';
import { agentById } from '../staff/agent/queries.ts';
import { attachmentById } from '../ticketing/attachment/queries.ts';
import { categoryById } from '../configuration/category/queries.ts';
import { bulkJobById } from '../operations/bulk/queries.ts';
import { cannedResponseById } from '../configuration/canned-response/queries.ts';
import { departmentById } from '../staff/department/queries.ts';
import { escalationPathById } from '../ticketing/escalation/queries.ts';
import { macroById } from '../operations/macro/queries.ts';
import { fieldById } from '../model/field/queries.ts';
import { formById } from '../configuration/form/queries.ts';
import { messageById } from '../model/message/queries.ts';
import { operationById } from '../operations/journal/queries.ts';
import { customStatusById } from '../configuration/status/queries.ts';
import { tagById } from '../configuration/tag/queries.ts';
import { ticketById } from '../model/lookup/queries.ts';
import { viewById } from '../lists/view/queries.ts';

type FindById = (ctx: Context, id: string) => Promise<unknown>;

/** A reference to an entity of another service, which the gateway resolves. */
const referenceTo =
  (__typename: string): FindById =>
  async (_, id) => ({ __typename, id });

const OWN: Record<string, FindById> = {
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
  can: cannedResponseById,
  esc: escalationPathById,
  mac: macroById,
  job: bulkJobById,
};
const FOREIGN: Record<string, FindById> = {
  cus: referenceTo('Customer'),
  org: referenceTo('Organization'),
  art: referenceTo('Article'),
  kba: referenceTo('KnowledgeBase'),
  sec: referenceTo('Section'),
};

/** An entity of this service by its typed id, if the caller may see it. */
export const entityById: FindById = (ctx, id) =>
  OWN[idPrefix(id)]?.(ctx, id) ?? Promise.resolve(null);

/** Like `entityById`, and a reference for the id of an entity of another service. */
export const nodeById: FindById = (ctx, id) =>
  (OWN[idPrefix(id)] ?? FOREIGN[idPrefix(id)])?.(ctx, id) ?? Promise.resolve(null);
