import { hydrate, sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { TicketCategory } from './category.ts';

/** Categories of a workspace, so that the list of them needs no pages. */
const MOST = 1_000;
const LEVELS = 5;

type Branch = Pick<TicketCategory, 'id' | 'name' | 'parentId'>;

/** All categories, for one who changes them; whoever else does waits, so that no two changes make a circle together. */
export async function lockCategoryTree(ctx: Context): Promise<Map<string, TicketCategory>> {
  const db = ctx.em.getKysely();
  await sql`select from workspace where id = ${ctx.workspace}::uuid for no key update`.execute(db);
  const { rows } =
    await sql`select * from category where workspace_id = ${ctx.workspace}::uuid and deleted_at is null`.execute(
      db,
    );
  return new Map(hydrate(ctx.orm, TicketCategory, rows).map((category) => [category.id, category]));
}

export function refuseTooManyCategories(tree: ReadonlyMap<string, Branch>): void {
  if (tree.size >= MOST) throw new Refusal('LIMIT_REACHED');
}

/** Refuses a place in the tree that is not there, lies below the category itself, or is too deep for all that hangs on it. */
export function refuseInvalidParent(
  tree: ReadonlyMap<string, Branch>,
  id: string,
  parentId: string | null,
): void {
  const above = parentId === null ? [] : pathTo(tree, parentId);
  if (parentId !== null && !above.length) throw new Refusal('NOT_FOUND', 'parentId');
  if (above.includes(id)) throw new Refusal('CIRCLE', 'parentId');
  if (above.length + heightOf(tree, id) > LEVELS)
    throw new Refusal([
      {
        code: 'LIMIT_REACHED',
        field: ['input', 'parentId'],
        message: `Categories are at most ${LEVELS} levels deep.`,
      },
    ]);
}

/** Two below the same one don't have the same name. */
export function refuseDuplicateCategoryName(
  tree: ReadonlyMap<string, Branch>,
  { id, name, parentId }: Branch,
  field: string,
): void {
  const taken = [...tree.values()].some(
    (other) =>
      other.id !== id &&
      other.parentId === parentId &&
      other.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new Refusal('TAKEN', field);
}

/** The category and those above it, nearest first. */
function pathTo(tree: ReadonlyMap<string, Branch>, id: string): string[] {
  const found = tree.get(id);
  if (!found) return [];
  return [id, ...(found.parentId === null ? [] : pathTo(tree, found.parentId))];
}

function heightOf(tree: ReadonlyMap<string, Branch>, id: string): number {
  const below = [...tree.values()].filter(({ parentId }) => parentId === id);
  return 1 + Math.max(0, ...below.map((child) => heightOf(tree, child.id)));
}
