import { Refusal } from '@deskgraph/common/core/errors';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  lockForUpdate,
  recordCreation,
  recordDeletion,
  recordUpdate,
  requireNotNull,
} from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { refuseReferencedId } from '../../model/saved-filter/references.ts';
import { ifPresent, requireDepartmentId } from '../../staff/references.ts';
import { TicketCategory, categoryEvents } from './category.ts';
import type {
  TicketCategoryCreateInput,
  TicketCategoryCreatePayload,
  TicketCategoryDeleteInput,
  TicketCategoryDeletePayload,
  TicketCategoryUpdateInput,
  TicketCategoryUpdatePayload,
} from './input.ts';
import { canonicalNames } from './names.ts';
import {
  lockCategoryTree,
  refuseDuplicateCategoryName,
  refuseInvalidParent,
  refuseTooManyCategories,
} from './tree.ts';

export async function createCategory(
  ctx: Context,
  input: TicketCategoryCreateInput,
): Promise<TicketCategoryCreatePayload> {
  const names = canonicalNames(input.names);
  const tree = await lockCategoryTree(ctx);
  const { name, parentId = null, priority = null } = input;
  const node = { id: newId('cat'), name, parentId };
  refuseTooManyCategories(tree);
  refuseInvalidParent(tree, node.id, parentId);
  refuseDuplicateCategoryName(tree, node, 'name');
  const departmentId = await ifPresent(input.departmentId, (id) =>
    requireDepartmentId(ctx, id, 'departmentId'),
  );
  const ticketCategory = ctx.em.create(TicketCategory, {
    ...node,
    workspaceId: ctx.workspace,
    names,
    departmentId,
    priority,
  });
  await recordCreation(ctx, categoryEvents, ticketCategory);
  return { ticketCategory, userErrors: [] };
}

/** While the category is locked no ticket gets it. */
export async function updateCategory(
  ctx: Context,
  input: TicketCategoryUpdateInput,
): Promise<TicketCategoryUpdatePayload> {
  requireNotNull(input, ['name']);
  const tree = await lockCategoryTree(ctx);
  const ticketCategory = await lockForUpdate(ctx, TicketCategory, input.id);
  refuseStaleVersion(ticketCategory, input.expectedVersion);
  await recordUpdate(ctx, categoryEvents, ticketCategory, async () => {
    if (input.name !== undefined) ticketCategory.name = input.name!;
    if (input.names !== undefined) ticketCategory.names = canonicalNames(input.names);
    if (input.parentId !== undefined) {
      refuseInvalidParent(tree, ticketCategory.id, input.parentId);
      ticketCategory.parentId = input.parentId;
    }
    refuseDuplicateCategoryName(
      tree,
      ticketCategory,
      input.name === undefined ? 'parentId' : 'name',
    );
    if (input.departmentId !== undefined)
      ticketCategory.departmentId = await ifPresent(input.departmentId, (id) =>
        requireDepartmentId(ctx, id, 'departmentId'),
      );
    if (input.priority !== undefined) ticketCategory.priority = input.priority;
  });
  return { ticketCategory, userErrors: [] };
}

/**
 * Deletes a category without child categories that no unsolved ticket has and no macro, form or
 * saved filter names. Its row stays for the tickets of the past.
 */
export async function deleteCategory(
  ctx: Context,
  input: TicketCategoryDeleteInput,
): Promise<TicketCategoryDeletePayload> {
  const tree = await lockCategoryTree(ctx);
  const category = await lockForUpdate(ctx, TicketCategory, input.id);
  refuseStaleVersion(category, input.expectedVersion);
  const hasChildren = [...tree.values()].some(({ parentId }) => parentId === category.id);
  if (hasChildren || (await hasUnsolvedTickets(ctx, category.id)))
    throw new Refusal('IN_USE', 'id');
  await refuseReferencedId(ctx, category.id);
  return { deletedId: await recordDeletion(ctx, categoryEvents, category), userErrors: [] };
}

async function hasUnsolvedTickets(ctx: Context, id: string): Promise<boolean> {
  const unsolved = await execute(
    ctx,
    sql`
      select from ticket
      where workspace_id = ${ctx.workspace}::uuid and category_id = ${uuidOf('cat', id)}::uuid
        and status not in ('SOLVED', 'CLOSED') limit 1`,
  );
  return unsolved.length > 0;
}
