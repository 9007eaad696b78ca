import { Refusal } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  limitPerWorkspace,
  lockCollection,
  lockForUpdate,
  recordCreation,
  recordDeletion,
  recordUpdate,
  refuseDuplicate,
  requireNotNull,
} from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import {
  isInDepartmentScope,
  refuseChangeForAllDepartments,
  requireScopeDepartmentId,
} from '../../staff/department/scope.ts';
import { CannedResponse, cannedResponseEvents } from './canned-response.ts';
import type {
  CannedResponseCreateInput,
  CannedResponseCreatePayload,
  CannedResponseDeleteInput,
  CannedResponseDeletePayload,
  CannedResponseUpdateInput,
  CannedResponseUpdatePayload,
} from './input.ts';
import { refuseInvalidTemplate } from './template.ts';

const MAX_CANNED_RESPONSES_PER_WORKSPACE = 1_000;

export async function createCannedResponse(
  ctx: Context,
  input: CannedResponseCreateInput,
): Promise<CannedResponseCreatePayload> {
  refuseInvalidTemplates(input);
  const departmentId = await requireScopeDepartmentId(ctx, input.departmentId);
  await limitPerWorkspace(ctx, CannedResponse, {
    max: MAX_CANNED_RESPONSES_PER_WORKSPACE,
    field: 'title',
  });
  if (input.shortcut) await refuseDuplicate(ctx, CannedResponse, { shortcut: input.shortcut });
  const cannedResponse = ctx.em.create(CannedResponse, {
    id: newId('can'),
    workspaceId: ctx.workspace,
    title: input.title,
    shortcut: input.shortcut ?? null,
    text: input.body,
    bodies: input.bodies ?? {},
    departmentId,
  });
  await recordCreation(ctx, cannedResponseEvents, cannedResponse);
  return { cannedResponse, userErrors: [] };
}

export async function updateCannedResponse(
  ctx: Context,
  input: CannedResponseUpdateInput,
): Promise<CannedResponseUpdatePayload> {
  requireNotNull(input, ['title', 'body']);
  const cannedResponse = await lockCannedResponse(ctx, input.id);
  refuseStaleVersion(cannedResponse, input.expectedVersion);
  refuseInvalidTemplates(input);
  await recordUpdate(ctx, cannedResponseEvents, cannedResponse, async () => {
    if (input.departmentId !== undefined && input.departmentId !== cannedResponse.departmentId)
      cannedResponse.departmentId = await requireScopeDepartmentId(ctx, input.departmentId);
    if (input.shortcut && input.shortcut !== cannedResponse.shortcut) {
      await lockCollection(ctx, CannedResponse);
      await refuseDuplicate(ctx, CannedResponse, { shortcut: input.shortcut });
    }
    if (input.shortcut !== undefined) cannedResponse.shortcut = input.shortcut;
    cannedResponse.title = input.title ?? cannedResponse.title;
    cannedResponse.text = input.body ?? cannedResponse.text;
    if (input.bodies !== undefined) cannedResponse.bodies = input.bodies ?? {};
  });
  return { cannedResponse, userErrors: [] };
}

export async function deleteCannedResponse(
  ctx: Context,
  input: CannedResponseDeleteInput,
): Promise<CannedResponseDeletePayload> {
  const cannedResponse = await lockCannedResponse(ctx, input.id);
  refuseStaleVersion(cannedResponse, input.expectedVersion);
  if (await isUsedByMacro(ctx, cannedResponse.id)) throw new Refusal('IN_USE', 'id');
  const deletedId = await recordDeletion(ctx, cannedResponseEvents, cannedResponse);
  return { deletedId, userErrors: [] };
}

/** Refuses canned responses that the caller can’t see (NOT_FOUND) or may not change (FORBIDDEN). */
async function lockCannedResponse(ctx: Context, id: string): Promise<CannedResponse> {
  const cannedResponse = await lockForUpdate(ctx, CannedResponse, id);
  if (!isInDepartmentScope(ctx.actor, cannedResponse)) throw new Refusal('NOT_FOUND', 'id');
  refuseChangeForAllDepartments(ctx, cannedResponse);
  return cannedResponse;
}

async function isUsedByMacro(ctx: Context, id: string): Promise<boolean> {
  const macros = await execute(
    ctx,
    sql`
      select from macro
      where workspace_id = ${ctx.workspace}::uuid
        and actions @> ${JSON.stringify([{ replyId: id }])}::jsonb limit 1`,
  );
  return macros.length > 0;
}

function refuseInvalidTemplates({
  body,
  bodies,
}: {
  body?: string | null;
  bodies?: Record<string, string> | null;
}): void {
  if (body) refuseInvalidTemplate(body, ['input', 'body']);
  for (const [locale, template] of Object.entries(bodies ?? {}))
    refuseInvalidTemplate(template, ['input', 'bodies', locale]);
}
