import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { lockCollection } from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { entities } from '@deskgraph/common/database/query';
import { TicketCategory } from './category.ts';

/** Keeps the list of categories small enough to return it without pages. */
const MAX_CATEGORIES_PER_WORKSPACE = 1_000;
const MAX_CATEGORY_LEVELS = 5;

type CategoryNode = Pick<TicketCategory, 'id' | 'name' | 'parentId'>;
type CategoryTree = ReadonlyMap<string, CategoryNode>;

/**
 * All categories by id. Locks the tree: concurrent changes wait, so that two of them can’t form a
 * cycle together.
 */
export async function lockCategoryTree(ctx: Context): Promise<Map<string, TicketCategory>> {
  await lockCollection(ctx, TicketCategory);
  const categories = await entities(
    ctx,
    TicketCategory,
    sql`select * from category where workspace_id = ${ctx.workspace}::uuid and deleted_at is null`,
  );
  return new Map(categories.map((category) => [category.id, category]));
}

export function refuseTooManyCategories(tree: CategoryTree): void {
  if (tree.size >= MAX_CATEGORIES_PER_WORKSPACE) throw new Refusal('LIMIT_REACHED');
}

/** Refuses a parent that does not exist, is below the category, or makes the tree too deep. */
export function refuseInvalidParent(tree: CategoryTree, id: string, parentId: string | null): void {
  const ancestors = parentId === null ? [] : pathToRoot(tree, parentId);
  if (parentId !== null && !ancestors.length) throw new Refusal('NOT_FOUND', 'parentId');
  if (ancestors.includes(id)) throw new Refusal('CIRCLE', 'parentId');
  if (ancestors.length + heightOf(tree, id) > MAX_CATEGORY_LEVELS)
    throw new Refusal([
      {
        code: 'LIMIT_REACHED',
        field: ['input', 'parentId'],
        message: `Categories are at most ${MAX_CATEGORY_LEVELS} levels deep.`,
      },
    ]);
}

/** Refuses a name that a sibling has; upper and lower case are the same. */
export function refuseDuplicateCategoryName(
  tree: CategoryTree,
  { id, name, parentId }: CategoryNode,
  field: string,
): void {
  const isDuplicate = [...tree.values()].some(
    (other) =>
      other.id !== id &&
      other.parentId === parentId &&
      other.name.toLowerCase() === name.toLowerCase(),
  );
  if (isDuplicate) throw new Refusal('TAKEN', field);
}

/** The category and its ancestors, nearest first; empty when there is no such category. */
function pathToRoot(tree: CategoryTree, id: string): string[] {
  const category = tree.get(id);
  if (!category) return [];
  return [id, ...(category.parentId === null ? [] : pathToRoot(tree, category.parentId))];
}

function heightOf(tree: CategoryTree, id: string): number {
  const children = [...tree.values()].filter(({ parentId }) => parentId === id);
  return 1 + Math.max(0, ...children.map((child) => heightOf(tree, child.id)));
}
