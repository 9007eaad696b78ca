import { LockMode } from '@mikro-orm/postgresql';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { isBuiltInView } from './built-in.ts';
import { View, ViewSharing } from './view.ts';
import { isViewVisible, canShareViews } from './sharing.ts';

/** The view to change: an own private one, or for who may share views one that is shared with him. */
export async function lockView(ctx: Context, id: string): Promise<View> {
  if (isBuiltInView(ctx, id)) throw new Refusal('FORBIDDEN', 'id');
  const view = await ctx.em.findOne(View, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!view || !isViewVisible(ctx.actor, view)) throw new Refusal('NOT_FOUND', 'id');
  if (view.sharing !== ViewSharing.PRIVATE && !canShareViews(ctx.actor))
    throw new Refusal('FORBIDDEN', 'id');
  return view;
}

/** So many private views may one have, and so many shared ones a workspace. */
const MOST = { own: 100, shared: 500 };

export async function limitViews(ctx: Context, sharing: ViewSharing): Promise<void> {
  const isOwn = sharing === ViewSharing.PRIVATE;
  // One after the other, so that many at once don't get past the limit together.
  await sql`select pg_advisory_xact_lock(hashtext(${`views ${isOwn ? ctx.actor.id : ctx.workspace}`}))`.execute(
    ctx.em.getKysely(),
  );
  const count = await ctx.em.count(
    View,
    isOwn ? { sharing, ownerId: ctx.actor.id } : { sharing: { $ne: ViewSharing.PRIVATE } },
  );
  if (count >= (isOwn ? MOST.own : MOST.shared)) throw new Refusal('LIMIT_REACHED', 'sharing');
}
